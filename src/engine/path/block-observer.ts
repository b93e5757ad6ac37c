import type { AudioBlock, Planar } from '../../audio/block.ts';
import type { SideOutput } from '../files/side-output.ts';
import type { OpenPath } from './open-path.ts';

/** Called after each processed block; a promise holds the audio up until it resolves. */
export type BlockListener = (block: AudioBlock, open: OpenPath) => Promise<void> | undefined;

/** Shows what comes in and what goes out as `main` to all who look at it, and waits for those who are behind. */
export class BlockObserver {
  readonly #open: OpenPath;
  readonly #outputs: readonly SideOutput[];
  readonly #onBlock: BlockListener;

  constructor(open: OpenPath, outputs: readonly SideOutput[], onBlock: BlockListener) {
    this.#open = open;
    this.#outputs = outputs;
    this.#onBlock = onBlock;
  }

  /** Before the stages, which work in place. */
  before(input: Planar, frames: number): void {
    this.#open.inputLoudness?.process(input, frames);
    this.#open.comparison?.before(input, frames);
    this.#open.meters?.take(input, frames);
  }

  /** The block itself, at once or when its observers and the outputs beside `main` are ready for more. */
  after(block: AudioBlock): AudioBlock | Promise<AudioBlock> {
    const main = this.#mainOf(block);
    this.#open.meters?.give(main);
    this.#open.comparison?.after(main);
    const asked = this.#onBlock(main, this.#open);
    const waits = this.#outputs.length === 0 ? asked : this.#whenReady(asked);
    return waits === undefined ? block : waits.then(() => block);
  }

  /** When who was `asked` and the outputs are ready for more; undefined where they are. */
  #whenReady(asked: Promise<void> | undefined): Promise<unknown> | undefined {
    const all = [asked, ...this.#outputs.map((side) => side.ready())];
    const busy = all.filter((one) => one !== undefined);
    return busy.length > 0 ? Promise.all(busy) : undefined;
  }

  /** A block without the channels of the outputs beside `main`. */
  #mainOf(block: AudioBlock): AudioBlock {
    return this.#outputs.length === 0
      ? block
      : { ...block, channels: block.channels.slice(0, block.format.channels) };
  }
}
