import type { Planar } from '../../audio/block.ts';
import { inputError } from '../../audio/errors.ts';
import type { AudioHeader, StreamDecoder } from '../../io/stream-decoder.ts';
import type { OpenPath } from '../path/open-path.ts';
import { type Checkpoint, checkInputIs } from './checkpoint.ts';

/** A run that is to be gone on with. */
export interface Resumption {
  readonly checkpoint: Checkpoint;
  /** What comes in: all that the run was given, from its `start`, or the `rest`, from the frame of the checkpoint on. */
  readonly input: 'start' | 'rest';
}

/** Brings a run to where another one stood: its input past what that had used up, all that has a state into that state. */
export class ResumedRun {
  readonly #resumption: Resumption;
  readonly #inputName: string;
  /** Frames of the input that are still to be read past. */
  #framesBefore: number;

  constructor(resumption: Resumption, inputName: string) {
    const { input, checkpoint } = resumption;
    this.#resumption = resumption;
    this.#inputName = inputName;
    this.#framesBefore = input === 'start' ? checkpoint.position.inputFrame : 0;
  }

  /** The header that the run began with; refuses another input. */
  headerFor(present: AudioHeader): AudioHeader {
    const { checkpoint, input } = this.#resumption;
    checkInputIs(checkpoint, present, this.#inputName, input === 'start');
    return checkpoint.header;
  }

  /** Puts everything where the run stood. */
  restore({ graph, encoder, loudness }: OpenPath): void {
    const { state } = this.#resumption.checkpoint;
    graph.restore(state.graph);
    encoder.restore(state.encoder);
    if (state.loudness !== null) loudness?.restore(state.loudness);
  }

  /** Reads what was used up before; false where there is more of it to come. */
  readPast(decoder: StreamDecoder, planar: Planar): boolean {
    while (this.#framesBefore > 0) {
      const frames = decoder.read(planar, this.#framesBefore);
      this.#framesBefore -= frames;
      if (frames === 0 && !decoder.nextTrack()) return false;
    }
    return true;
  }

  /** Refuses an input that has ended before the frame of the checkpoint. */
  checkEnd(decoder: StreamDecoder): void {
    if (this.#framesBefore === 0) return;
    const { position } = this.#resumption.checkpoint;
    throw inputError(
      `${this.#inputName}: ends at frame ${decoder.framesRead}, the checkpoint is of frame ${position.inputFrame}`,
    );
  }
}
