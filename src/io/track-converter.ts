import type { Planar } from '../audio/block.ts';
import { inputError } from '../audio/errors.ts';
import { type AudioFormat, describeFormat, sameFormat } from '../audio/format.ts';
import { PlanarQueue } from '../dsp/delay/planar-queue.ts';
import { applyMatrix, type ChannelMatrix, layoutMatrix, withoutRule } from '../dsp/gain/downmix.ts';
import { type BackendName, type Kernels, onKernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { Resampler } from '../dsp/rate/resampler.ts';
import { createPcmDecoder, type PcmDecoder } from './pcm-decoder.ts';
import type { TrackDecoder } from './track-decoder.ts';

/** Most frames that are converted at a time, on the side where there are more. */
const BLOCK_FRAMES = 4096;
/** Rates further apart than 8 kHz and 768 kHz are a broken header, whose few bytes would become very many. */
const MOST_RATIO = 96;

/** Refuses what no rule and no sensible filter takes from one format to the other. */
function checkConvertible(from: AudioFormat, to: AudioFormat): void {
  const ratio = from.sampleRate / to.sampleRate;
  const sameLayout = from.layout.join() === to.layout.join();
  const lost = sameLayout ? null : withoutRule(from.layout, to.layout);
  if (lost === null && ratio <= MOST_RATIO && ratio >= 1 / MOST_RATIO) return;
  const what = lost !== null ? `no rule takes ${lost} there` : 'the rates are too far apart';
  throw inputError(`${describeFormat(from)} can't become ${describeFormat(to)}: ${what}`);
}

/**
 * Brings a track to the rate and the channels of another: what the stages `remix` and `resample` (at `best`) do, with
 * the length rule of the latter, from the track's first frame to its last. Works on a memory of its own, because the
 * tracks of a stream are not known when that of the stream is sized.
 */
export class TrackConverter {
  readonly from: AudioFormat;
  readonly #kernels: Kernels | null;
  readonly #state: StateMemory;
  readonly #pcm: PcmDecoder;
  readonly #matrix: ChannelMatrix | null;
  /** Null where the rate is there already. */
  readonly #resampler: Resampler | null;
  readonly #decoded: Planar;
  readonly #remixed: Planar;
  readonly #resampled: Planar;
  /** Converted frames that have not been read. */
  readonly #ready: PlanarQueue;
  readonly #maxFrames: number;
  /** Frames of silence that still bring out the track's last ones. */
  #tail: number;

  /** @throws AuralisError of kind `input` where there is no way from the one to the other */
  constructor(from: AudioFormat, to: AudioFormat, backend: BackendName) {
    checkConvertible(from, to);
    const own = onKernelMemory(backend, (memory) => {
      const rates = { from: from.sampleRate, to: to.sampleRate };
      const maxFrames = Math.max(1, Math.floor(BLOCK_FRAMES * Math.min(1, rates.from / rates.to)));
      const state = new StateMemory(memory);
      const spec = { channels: to.channels, ...rates, maxFrames, quality: 'best' as const };
      const resampler = rates.from === rates.to ? null : new Resampler(state, spec);
      const decoded = memory.planar(from.channels, maxFrames);
      const remixes = !sameFormat({ ...from, sampleRate: rates.to }, to);
      return {
        maxFrames,
        state,
        resampler,
        decoded,
        pcm: createPcmDecoder({ memory, channels: from.channels, maxFrames }),
        remixed: remixes ? memory.planar(to.channels, maxFrames) : decoded,
        resampled: memory.planar(to.channels, resampler?.maxFramesOut ?? 0),
        matrix: remixes ? layoutMatrix(from.layout, to.layout) : null,
      };
    });
    this.from = from;
    this.#kernels = own.state.memory.kernels;
    this.#state = own.state;
    this.#pcm = own.pcm;
    this.#matrix = own.matrix;
    this.#resampler = own.resampler;
    this.#decoded = own.decoded;
    this.#remixed = own.remixed;
    this.#resampled = own.resampled;
    this.#ready = new PlanarQueue(to.channels, own.resampler?.maxFramesOut ?? own.maxFrames);
    this.#maxFrames = own.maxFrames;
    this.#tail = own.resampler?.tail ?? 0;
  }

  /** Begins another track. */
  reset(): void {
    this.#state.clear();
    this.#ready.shift(null, this.#ready.frames);
    this.#tail = this.#resampler?.tail ?? 0;
  }

  /** Gives up to `maxFrames` converted frames and says how many; 0 asks for more of a track that has not `ended`. */
  read(track: TrackDecoder, planar: Planar, maxFrames: number, ended: boolean): number {
    while (this.#ready.frames === 0) {
      const frames = track.read(this.#pcm, this.#decoded, this.#maxFrames) || (ended ? this.#silence() : 0);
      if (frames === 0) return 0;
      this.#convert(frames);
    }
    return this.#ready.shift(planar, maxFrames);
  }

  /** The next frames of silence behind the track. */
  #silence(): number {
    const frames = Math.min(this.#tail, this.#maxFrames);
    for (const channel of this.#decoded) channel.fill(0, 0, frames);
    this.#tail -= frames;
    return frames;
  }

  #convert(frames: number): void {
    if (this.#matrix) applyMatrix(this.#kernels, this.#matrix, this.#decoded, this.#remixed, frames);
    if (this.#resampler === null) {
      this.#ready.push(this.#remixed, 0, frames);
      return;
    }
    this.#ready.push(this.#resampled, 0, this.#resampler.process(this.#remixed, this.#resampled, frames));
  }
}
