import type { Planar } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import type { BackendName } from '../../dsp/kernel-memory.ts';
import type { AirClock } from './air-clock.ts';
import type { AirEvent, AirListener, AirWord } from './air-event.ts';
import { type AirRules, HOLD_MS, PIECE_MS } from './air-rules.ts';
import { Continuity } from './continuity.ts';
import { DriftAbsorber } from './drift-absorber.ts';
import { SILENCE } from './fallback.ts';
import type { FeedEnd, ProgrammeFeed } from './programme-feed.ts';
import { ProgrammePieces } from './programme-pieces.ts';
import { ProgrammeWatch } from './programme-watch.ts';
import { StreamClock } from './stream-clock.ts';

/** Length of the crossfade back to the programme, in ms. */
const BACK_FADE_MS = 500;
/** Most pieces that leave at once. */
const MOST_PIECES = 8;
/** Pieces of a programme off air that are passed over in the time of one, so that what had piled up is soon behind. */
const CATCH_UP = 4;

interface DeskOptions extends AirRules {
  readonly format: AudioFormat;
  readonly backend: BackendName;
  readonly clock: AirClock;
  readonly onEvent: AirListener;
}

/**
 * Decides, at every moment, what the next frames of the stream are: the programme as it comes, or the fallback by the
 * clock. Waits for nothing: `next` gives what there is now.
 */
export class AirDesk {
  readonly #options: DeskOptions;
  readonly #clock: StreamClock;
  readonly #continuity: Continuity;
  #watch: ProgrammeWatch;
  readonly #absorber: DriftAbsorber | null;
  readonly #pieces: ProgrammePieces;
  /** When the programme was last heard, or first missed. */
  #heard: number;
  /** Off air: frames for which the programme has been good, and the one with which that began; 0 while it is not. */
  #good = 0;
  #returning = false;
  /** Nothing was given because it was not due yet. Kept: at a later look at the clock it may be. */
  #early = false;
  /** A writer was turned away since the programme was last heard. */
  #refused = false;
  /** Counts where the programme went off air. */
  #left = { frame: 0, inserted: 0, dropped: 0 };

  constructor(options: DeskOptions) {
    const { absorb = false, backend, format, clock, fallback } = options;
    const framesOf = (ms: number): number => Math.round((ms * format.sampleRate) / 1000);
    this.#options = options;
    this.#clock = new StreamClock(clock, format.sampleRate);
    const frames = framesOf(PIECE_MS);
    const onLock = (ppm: number | null): void => this.#tellOfLock(ppm);
    this.#absorber = absorb ? new DriftAbsorber({ format, frames, backend, clock, onLock }) : null;
    this.#pieces = new ProgrammePieces(format, frames, this.#absorber);
    this.#continuity = new Continuity({
      channels: format.channels,
      holdFrames: fallback === null ? 0 : framesOf(HOLD_MS),
      backFrames: framesOf(BACK_FADE_MS),
      maxFrames: this.maxFrames,
      fallback: fallback ?? SILENCE,
    });
    this.#watch = this.#newWatch();
    this.#heard = clock.now();
  }

  /** Most frames that `next` gives. */
  get maxFrames(): number {
    return MOST_PIECES * this.#pieces.frames;
  }

  /** Whether the programme is what is heard. */
  get onAir(): boolean {
    return this.#continuity.onAir;
  }

  /** Frames so far: out, with no programme in them, of the programme but not heard, and more or fewer of it for another clock. */
  get counts() {
    const { framesOut, inserted, dropped } = this.#continuity;
    return { framesOut, inserted, dropped, ...(this.#absorber && { stretched: this.#absorber.stretched }) };
  }

  /** Somebody wants frames, from now on: before, nothing could be missed. */
  begin(): void {
    this.#heard = Math.max(this.#heard, this.#options.clock.now());
  }

  /** Another writer has come. */
  connect(): void {
    this.#absorber?.restart();
    this.#watch = this.#newWatch();
    if (!this.#refused) this.#tell('connected');
  }

  /** Puts the next frames of the stream into `target`; 0 when there are none now, -1 when it is over. */
  next(target: Planar, feed: ProgrammeFeed | null): number {
    if (feed !== null) this.#absorber?.collect(feed);
    const given = this.#continuity.onAir ? this.#programme(target, feed) : 0;
    return given === 0 && !this.#continuity.onAir ? this.#away(target, feed) : given;
  }

  /** ms after which there may be more to give though the programme has given nothing; Infinity where only it can give more. */
  wait(): number {
    const { clock, fallback, starveAfter } = this.#options;
    const { framesOut, onAir } = this.#continuity;
    if (!onAir) return this.#clock.wait(this.#pieces.frames - this.#clock.due(framesOut));
    const starved = fallback === null ? Number.POSITIVE_INFINITY : this.#heard + starveAfter - clock.now();
    const paced = this.#early
      ? this.#clock.wait(this.#pieces.frames - this.#allowed(framesOut))
      : Number.POSITIVE_INFINITY;
    return Math.max(1, Math.min(starved, paced));
  }

  #programme(target: Planar, feed: ProgrammeFeed | null): number {
    const { pace, fallback, clock, starveAfter } = this.#options;
    const continuity = this.#continuity;
    if (pace) this.#catchUp();
    const allowed = pace ? this.#allowed(continuity.framesOut) : this.maxFrames;
    this.#early = allowed <= 0;
    if (this.#early) return 0;
    // What the drift is absorbed from has to wait where it is measured.
    const most = this.#absorber
      ? Math.min(allowed, this.maxFrames - this.#pieces.frames)
      : this.maxFrames - this.#pieces.frames + 1;
    while (continuity.ready < most && this.#gather(feed)) {
      this.#heard = clock.now();
      const verdict =
        fallback === null ? 'good' : this.#watch.judge(this.#pieces.channels, this.#pieces.frames);
      if (verdict === 'garbage') continuity.drop(this.#pieces.frames);
      else continuity.offer(this.#pieces.channels, this.#pieces.frames);
      if (verdict === 'good') continue;
      this.#leave(verdict);
      return 0;
    }
    if (continuity.ready > 0) return this.#take(target, Math.min(continuity.ready, allowed, this.maxFrames));
    const end = this.#pieces.endOf(feed);
    if (end !== null) return this.#atEnd(target, end);
    if (fallback !== null && clock.now() - this.#heard >= starveAfter) this.#leave('starved');
    return 0;
  }

  /** Frames that a paced programme may give now: with its drift absorbed, those that are due. */
  #allowed(framesOut: number): number {
    if (this.#absorber === null) return this.#clock.allowed(framesOut);
    return this.#absorber.running ? this.#clock.due(framesOut) : this.#pieces.frames;
  }

  /** The clock begins with the first piece that was not kept waiting. */
  #gather(feed: ProgrammeFeed | null): boolean {
    const begins = this.#absorber?.running === false;
    const whole = this.#pieces.gather(feed);
    if (begins && whole && this.#continuity.onAir) this.#clock.setTo(this.#continuity.framesOut);
    return whole;
  }

  /** What is left goes out, as it is where the stream ends and faded out where it goes on. */
  #atEnd(target: Planar, { event, reason }: FeedEnd): number {
    this.#continuity.offer(this.#pieces.channels, this.#pieces.cut());
    if (this.#exits) {
      const { left } = this.#continuity;
      return left > 0 ? this.#take(target, Math.min(left, this.maxFrames)) : -1;
    }
    this.#leave(event, reason === undefined ? {} : { reason });
    return 0;
  }

  get #exits(): boolean {
    return this.#options.fallback === null || this.#options.onEnd === 'exit';
  }

  #take(target: Planar, frames: number): number {
    this.#continuity.take(target, frames);
    if (!this.#options.pace) this.#clock.setTo(this.#continuity.framesOut);
    return frames;
  }

  /** The fallback, by the clock, while the programme is listened to. */
  #away(target: Planar, feed: ProgrammeFeed | null): number {
    this.#catchUp();
    const { framesOut, ready } = this.#continuity;
    if (ready === 0 && this.#exits && feed?.end) return -1;
    if (this.#clock.due(framesOut) < this.#pieces.frames) return 0;
    const frames = ready > 0 ? Math.min(ready, this.#pieces.frames) : this.#pieces.frames;
    if (ready > 0) this.#continuity.take(target, frames);
    else {
      this.#continuity.insert(target, frames);
      this.#listen(feed);
    }
    return frames;
  }

  #listen(feed: ProgrammeFeed | null): void {
    const { live, clock, starveAfter, backAfter, format } = this.#options;
    const continuity = this.#continuity;
    if (live && this.#absorber) continuity.drop(this.#absorber.skip());
    const most = live && !this.#absorber ? CATCH_UP : 1;
    for (let pieces = most; pieces > 0 && !continuity.onAir && this.#gather(feed); pieces--) {
      this.#heard = clock.now();
      const good = this.#watch.judge(this.#pieces.channels, this.#pieces.frames) === 'good';
      if (!good) this.#startOver();
      else if (this.#good === 0) this.#good = 1;
      if (good && this.#returning) this.#return();
      else continuity.drop(this.#pieces.frames);
    }
    if (continuity.onAir) return;
    if (clock.now() - this.#heard >= starveAfter) this.#startOver();
    // Packets may be long: between two of them it is as good as it was.
    if (this.#good > 0) this.#good += this.#pieces.frames;
    this.#returning = this.#good * 1000 >= backAfter * format.sampleRate;
    const end = this.#pieces.endOf(feed);
    if (end === null) return;
    this.#refuse(end);
    continuity.drop(this.#pieces.cut());
    this.#startOver();
  }

  /** Keeps a piece for the crossfade, and begins it when there is enough. */
  #return(): void {
    const continuity = this.#continuity;
    continuity.offer(this.#pieces.channels, this.#pieces.frames);
    if (!continuity.canReturn) return;
    const { framesOut, inserted, dropped } = continuity;
    const { frame } = this.#left;
    const seconds = (framesOut - frame) / this.#options.format.sampleRate;
    this.#tell('back', {
      seconds: Number(seconds.toFixed(3)),
      inserted: inserted - this.#left.inserted,
      dropped: dropped - this.#left.dropped,
    });
    continuity.back();
    this.#refused = false;
    if (!this.#options.pace) this.#clock.setTo(framesOut);
  }

  /** Tells of a writer that sends no audio, and then no more until a programme was heard: it may come back at once. */
  #refuse({ event, reason = '' }: FeedEnd): void {
    if (event === 'garbage' && !this.#refused) this.#tell(event, { reason });
    this.#refused ||= event === 'garbage';
  }

  /** Off air, a programme has to be good from here on again. */
  #startOver(): void {
    this.#continuity.abandon();
    this.#good = 0;
    this.#returning = false;
  }

  #leave(event: AirWord, details: Readonly<Record<string, string>> = {}): void {
    this.#tell(event, details);
    const { framesOut: frame, inserted, dropped } = this.#continuity;
    this.#left = { frame, inserted, dropped };
    this.#absorber?.restart();
    this.#continuity.leave();
    this.#good = 0;
    this.#returning = this.#options.backAfter === 0;
  }

  #catchUp(): void {
    if (this.#absorber?.running === false && this.#continuity.onAir) return;
    const seconds = this.#clock.forgive(this.#continuity.framesOut);
    if (seconds <= 0) return;
    this.#absorber?.restart();
    this.#tell('late', { seconds: Number(seconds.toFixed(3)) });
  }

  #tellOfLock(ppm: number | null): void {
    if (ppm === null) this.#tell('unlocked');
    else this.#tell('locked', { ppm: Number(ppm.toFixed(1)) });
  }

  #tell(event: AirWord, details: Readonly<Record<string, string | number>> = {}): void {
    this.#options.onEvent({ event, frame: this.#continuity.framesOut, ...details } satisfies AirEvent);
  }

  #newWatch(): ProgrammeWatch {
    const { format, silenceBelow, silenceAfter } = this.#options;
    return new ProgrammeWatch({
      below: silenceBelow,
      frames: Math.round((silenceAfter * format.sampleRate) / 1000),
    });
  }
}
