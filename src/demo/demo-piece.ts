import { type AudioBlock, createBlock } from '../audio/block.ts';
import { usageError } from '../audio/errors.ts';
import { audioFormat } from '../audio/format.ts';
import { OutputBus } from './output-bus.ts';
import { Performance, STEPS_A_BAR } from './performance.ts';
import { Room } from './room.ts';
import { songForm } from './score.ts';

/** What `demoPiece` can be told. */
export interface DemoPieceOptions {
  /** Length; the song takes as many rounds as it needs. @default 20 */
  readonly seconds?: number;
  /** In Hz, 8000 to 192000. @default 44100 */
  readonly sampleRate?: number;
  /** Frames in a block; the samples do not depend on it. @default 1024 */
  readonly blockFrames?: number;
}

/** 120 beats a minute, four to the bar. */
const SECONDS_A_BAR = 2;
/** Brings the loudest peak of the 20 s piece to -3 dBFS. */
const OUTPUT_GAIN = 0.71;
/** At most so much of the end is a fade, and silence. In a short piece an eighth and a fortieth are. */
const FADE_SECONDS = 1.5;
const SILENT_SECONDS = 0.5;

/**
 * A piece of music, stereo, made to be mastered: a quiet intro, a verse that grows, a loud chorus with peaks at
 * -3 dBFS, a break, and an ending that dies away to exact silence. Synthesised from integers, + - * / and sqrt,
 * so every machine makes the same samples. Each block is valid until the next one is asked for.
 */
export function demoPiece({
  seconds = 20,
  sampleRate = 44100,
  blockFrames = 1024,
}: DemoPieceOptions = {}): Generator<AudioBlock, void, void> {
  if (!(seconds > 0 && seconds < Number.POSITIVE_INFINITY)) {
    throw usageError(`demo: seconds is ${seconds}, allowed is anything above 0`);
  }
  if (!(sampleRate >= 8000 && sampleRate <= 192000)) {
    throw usageError(`demo: sample rate is ${sampleRate} Hz, allowed is 8000 to 192000`);
  }
  return render(seconds, sampleRate, blockFrames);
}

function* render(
  seconds: number,
  sampleRate: number,
  blockFrames: number,
): Generator<AudioBlock, void, void> {
  const total = Math.round(seconds * sampleRate);
  const performance = new Performance(songForm(Math.max(1, Math.floor(seconds / SECONDS_A_BAR))), sampleRate);
  const room = new Room(sampleRate);
  const silentFrom = total - Math.round(Math.min(SILENT_SECONDS, seconds / 40) * sampleRate);
  const fadeFrom = silentFrom - Math.round(Math.min(FADE_SECONDS, seconds / 8) * sampleRate);
  const bus = new OutputBus(sampleRate, OUTPUT_GAIN, { from: fadeFrom, to: silentFrom });
  const frameOfStep = (step: number) => Math.round((step * SECONDS_A_BAR * sampleRate) / STEPS_A_BAR);

  const block = createBlock(audioFormat(sampleRate, 2), blockFrames);
  const [left, right] = block.channels;
  const mix = { left, right, room: new Float32Array(blockFrames) };
  let step = 0;
  for (let start = 0; start < total; start += blockFrames) {
    const frames = Math.min(blockFrames, total - start);
    for (const side of [left, right, mix.room]) side.fill(0);
    for (let at = 0; at < frames; ) {
      if (start + at === frameOfStep(step)) performance.turnTo(step++);
      const until = Math.min(frames, frameOfStep(step) - start);
      performance.play(mix, at, until);
      at = until;
    }
    room.play(mix, frames);
    bus.process(block.channels, frames, start);
    yield { ...block, start, frames };
  }
}
