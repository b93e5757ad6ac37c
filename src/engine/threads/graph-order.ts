import type { ErrorKind } from '../../audio/errors.ts';
import type { AudioFormat } from '../../audio/format.ts';
import type { BackendName } from '../../dsp/kernel-memory.ts';
import type { PipelineDefinition, PipelineEntry } from '../../graph/definition.ts';
import type { Move } from '../../graph/move.ts';
import type { StageReading } from '../../graph/relay.ts';
import type { Readings, StageSnapshot } from '../../stages/define-stage.ts';
import type { RingMemory } from './frame-ring.ts';

/** A checked entry whose stage is named, so that it can be sent to a thread. */
export interface NamedEntry extends Omit<PipelineEntry, 'definition'> {
  readonly stage: string;
}

/** What a thread is to do: to process some nodes of a pipeline, from one ring into another. */
export interface GraphTask {
  readonly definition: Omit<PipelineDefinition, 'entries' | 'origin' | 'controllers'> & {
    readonly entries: readonly NamedEntry[];
  };
  readonly format: AudioFormat;
  readonly backend: BackendName;
  /** The nodes `from` up to but without `to`. */
  readonly from: number;
  readonly to: number;
  readonly input: RingMemory;
  readonly output: RingMemory;
  /** Most frames that are processed at a time. */
  readonly blockFrames: number;
  /** Bell of the one that takes the output, and the frames after which it is rung. */
  readonly next: SharedArrayBuffer;
  readonly ringEvery: number;
}

/** What can be asked of a thread. */
export interface Answers {
  readonly states: Readonly<Record<string, StageSnapshot>>;
  readonly meters: Readonly<Record<string, Readings>>;
}

/** What a thread is told, to be done between two frames. */
export type Order =
  | { readonly do: 'end'; readonly framesIn: number }
  | { readonly do: 'move'; readonly move: Move; readonly origin: number }
  | { readonly do: 'take'; readonly states: Readonly<Record<string, StageSnapshot>> }
  | { readonly do: 'reset'; readonly changed: readonly NamedEntry[] }
  | { readonly do: 'answer'; readonly what: keyof Answers };

/** An order and the number of frames after which it is due. */
export interface DatedOrder {
  readonly at: number;
  readonly order: Order;
}

/** What a thread is told: at first its task, then orders; `leave` is for now, whatever else there is to do. */
export type Message = GraphTask | DatedOrder | 'leave';

/** What a thread says: what it was asked, what its stages measured up to a frame, or why it has stopped. */
export type Reply =
  | { readonly answer: Answers[keyof Answers] }
  | { readonly readings: readonly StageReading[]; readonly at: number }
  | { readonly failure: { readonly kind: ErrorKind; readonly message: string } };

/** What a thread begins with. */
export interface HandData<Port> {
  readonly port: Port;
  /** Of this thread and of the one that hired it. */
  readonly bell: SharedArrayBuffer;
  readonly asker: SharedArrayBuffer;
}
