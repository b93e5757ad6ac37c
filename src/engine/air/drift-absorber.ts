import type { Planar } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { PlanarQueue } from '../../dsp/delay/planar-queue.ts';
import { type BackendName, onKernelMemory, StateMemory } from '../../dsp/kernel-memory.ts';
import { DriftLoop } from '../../dsp/rate/drift-loop.ts';
import { Resampler } from '../../dsp/rate/resampler.ts';
import type { AirClock } from './air-clock.ts';
import { CLOCK_MS } from './air-rules.ts';
import type { ProgrammeFeed } from './programme-feed.ts';

/** Room for what waits, in times of the target. What does not come by a clock fills it, and has no drift. */
const ROOM = 5;
/** So far below the target, in shares of it, for so long in s, programme has been lost on its way. */
const SHORT = 0.5;
const SHORT_FOR = 2;

interface AbsorberOptions {
  readonly format: AudioFormat;
  /** Frames of a piece. */
  readonly frames: number;
  readonly backend: BackendName;
  readonly clock: AirClock;
  /** Told when the ratio stands, with what it departs by from 1 in ppm, and when it has to be found anew. */
  readonly onLock: (ppm: number | null) => void;
}

/**
 * Brings a programme from the clock of its sender to that of this machine: keeps 100 ms of it waiting and reads it a little
 * faster or slower, so that it stays as much.
 */
export class DriftAbsorber {
  readonly #options: AbsorberOptions;
  readonly #target: number;
  readonly #room: number;
  readonly #waiting: PlanarQueue;
  readonly #ready: PlanarQueue;
  readonly #resampler: Resampler;
  readonly #input: Planar;
  readonly #output: Planar;
  readonly #arriving: Planar;
  readonly #loop = new DriftLoop();
  /** Since it was given for the first time: when that was, and frames given since; null while it gathers. */
  #began: { readonly time: number; given: number } | null = null;
  /** Frames above the target that wait since then, because packets are long: they may. */
  #above: number | null = null;
  #lastArrival = 0;
  /** Frames of silence that bring out the last frame of what has come. */
  #owed = 0;
  /** Frames given, less those that they were made of. */
  #stretched = 0;
  #shortSince: number | null = null;
  #locked = false;

  constructor(options: AbsorberOptions) {
    const { format, frames, backend } = options;
    const { channels, sampleRate } = format;
    this.#options = options;
    this.#target = Math.round((CLOCK_MS * sampleRate) / 1000);
    this.#room = ROOM * this.#target;
    this.#waiting = new PlanarQueue(channels, this.#room + frames);
    this.#arriving = Array.from({ length: channels }, () => new Float32Array(frames));
    [this.#resampler, this.#input, this.#output] = onKernelMemory(backend, (memory) => {
      const spec = { channels, from: sampleRate, to: sampleRate, maxFrames: frames, varies: true } as const;
      const resampler = new Resampler(new StateMemory(memory), { ...spec, quality: 'best' });
      return [
        resampler,
        memory.planar(channels, frames),
        memory.planar(channels, resampler.maxFramesOut),
      ] as const;
    });
    this.#ready = new PlanarQueue(channels, 2 * frames + this.#resampler.tail + this.#resampler.maxFramesOut);
  }

  /** Whether it gives what it has, by the clock, or gathers. */
  get running(): boolean {
    return this.#began !== null;
  }

  /** Frames that wait. */
  get frames(): number {
    return this.#waiting.frames + this.#ready.frames;
  }

  /** How many times as fast as it comes the programme is read. */
  get ratio(): number {
    return this.#loop.ratio;
  }

  /** Frames given more than were taken for them. */
  get stretched(): number {
    return this.#stretched;
  }

  /** Takes what has come. */
  collect(feed: ProgrammeFeed): void {
    const { format, frames } = this.#options;
    let taken = 0;
    for (;;) {
      const room = Math.min(frames, this.#room - this.#waiting.frames);
      const count = room > 0 ? feed.read(this.#arriving, room, format) : 0;
      if (count === 0) break;
      this.#waiting.push(this.#arriving, 0, count);
      taken += count;
    }
    if (taken === 0) return;
    this.#owed = this.#resampler.tail;
    this.#learn();
  }

  /** Gives the next `frames` frames, or false while there are not so many; `rest` gives also what is kept waiting. */
  read(target: Planar, frames: number, rest: boolean): boolean {
    const enough = this.#target + this.#resampler.tail + frames;
    if (this.#began === null && !rest && this.frames < enough) return false;
    while (this.#ready.frames < frames && this.#waiting.frames > 0) {
      const taken = this.#waiting.shift(this.#input, frames);
      this.#stretched += this.#resample(taken) - taken;
    }
    if (rest && this.#ready.frames < frames) this.#bringOut(frames);
    if (this.#ready.frames < frames) return false;
    const now = this.#options.clock.now();
    this.#began ??= { time: now, given: 0 };
    this.#began.given += this.#ready.shift(target, frames);
    return true;
  }

  #resample(frames: number): number {
    this.#resampler.vary(this.#loop.ratio);
    const given = this.#resampler.process(this.#input, this.#output, frames);
    this.#ready.push(this.#output, 0, given);
    return given;
  }

  /** Behind the end of a programme: what it still holds. */
  #bringOut(frames: number): void {
    for (const channel of this.#input) channel.fill(0);
    for (; this.#owed > 0; this.#owed -= Math.min(this.#owed, frames)) {
      this.#stretched += this.#resample(Math.min(this.#owed, frames));
    }
  }

  /** Gives what is less than a piece and says how much it is. */
  cut(target: Planar): number {
    return this.#ready.shift(target, this.#ready.frames);
  }

  /** Passes over what is more than it has to keep waiting and says how much that was. */
  skip(): number {
    if (this.frames <= 2 * this.#target) return 0;
    this.restart();
    return this.#waiting.shift(null, this.frames - this.#target);
  }

  /** Gathers anew, because the programme or the clock has stood still. */
  restart(): void {
    this.#began = null;
    this.#above = null;
    this.#shortSince = null;
    this.#loop.restart();
    if (this.#locked) this.#options.onLock(null);
    this.#locked = false;
  }

  /** Compares what waits with what should, at the moment at which a packet has come: so packets of any length are no jitter. */
  #learn(): void {
    const { clock, format } = this.#options;
    const now = clock.now();
    const seconds = Math.min(1, (now - this.#lastArrival) / 1000);
    this.#lastArrival = now;
    if (this.#began === null) return;
    if (this.#waiting.frames === this.#room) {
      this.#loop.restart();
      return;
    }
    // What should have been given by now, to a fraction of a frame, is on its way already.
    const due = ((now - this.#began.time) * format.sampleRate) / 1000 - this.#began.given;
    const { held, tail } = this.#resampler;
    const surplus = this.frames + held - due * this.#loop.ratio - this.#target - tail;
    this.#above ??= Math.max(0, surplus);
    const excess = surplus - this.#above;
    this.#loop.update(excess / format.sampleRate, seconds);
    if (this.#loop.settled && !this.#locked) {
      this.#locked = true;
      this.#options.onLock((this.#loop.ratio - 1) * 1e6);
    }
    if (excess > -SHORT * this.#target) this.#shortSince = null;
    else {
      this.#shortSince ??= now;
      if (now - this.#shortSince > 1000 * SHORT_FOR) this.restart();
    }
  }
}
