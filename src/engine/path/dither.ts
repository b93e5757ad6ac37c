import type { LivePipeline } from '../../graph/live-pipeline.ts';
import { ENCODINGS, type SampleEncoding, STORED, type StoredEncoding } from '../../io/sample-format.ts';
import type { DitherKind, StreamEncoder } from '../../io/stream-encoder.ts';

/** Bits of a 32-bit float's significand, with its hidden one: no integer longer than this is a reduction. */
const SIGNIFICAND_BITS = 24;

/** Whether samples lose bits on the way from what they were stored as, which is a float where they were computed. */
export function needsDither(from: StoredEncoding, to: SampleEncoding): boolean {
  const { isFloat, bits } = ENCODINGS[to];
  if (isFloat || bits > SIGNIFICAND_BITS) return false;
  return STORED[from].isFloat || bits < STORED[from].bits;
}

/** An output of a graph. */
interface DitheredOutput {
  readonly encoder: StreamEncoder;
  readonly encoding: SampleEncoding;
}

/** Has each output dithered where samples lose bits, and nowhere else: what passes untouched keeps every bit. */
export class DitherWhereNeeded {
  readonly #graph: Pick<LivePipeline, 'frame' | 'transparency'>;
  readonly #outputs: readonly DitheredOutput[];
  readonly #kind: DitherKind;
  #stored: StoredEncoding | null = null;
  #transparency: LivePipeline['transparency'] = [];

  /** The outputs in the order of the graph's, the first of which is `main`. */
  constructor(graph: LivePipeline, outputs: readonly DitheredOutput[], kind: DitherKind) {
    this.#graph = graph;
    this.#outputs = outputs;
    this.#kind = kind;
  }

  /** How `main` has been dithered; `none` where nothing had to be. */
  get used(): DitherKind {
    return this.#outputs[0].encoder.dithered ? this.#kind : 'none';
  }

  /** Says what the next frames of the first input were stored as; to be called before the graph takes them. */
  follow(stored: StoredEncoding): void {
    const { transparency } = this.#graph;
    if (stored === this.#stored && transparency === this.#transparency) return;
    this.#stored = stored;
    this.#transparency = transparency;
    for (const from of transparency) {
      // Frames that are on their way through the graph were told of before they came in.
      const frame = Math.max(from.frame, this.#graph.frame);
      this.#outputs.forEach(({ encoder, encoding }, n) => {
        encoder.ditherFrom(frame, needsDither(from.outputs[n] ? stored : 'f32', encoding));
      });
    }
  }
}
