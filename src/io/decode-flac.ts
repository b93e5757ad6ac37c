import type { FLACDecodedAudio, FLACDecoder } from '@wasm-audio-decoders/flac';
import type { CodecFindings } from './codec-findings.ts';
import { type FlacFrame, FlacFrames } from './flac-frames.ts';
import { FlacMetadata } from './flac-metadata.ts';
import { withoutWords } from './without-words.ts';

/** Most frames of silence in one piece. */
const PIECE_FRAMES = 65536;
/** A frame has at least these bytes, so that what is lost can't have held more audio than that. */
const LEAST_FRAME_BYTES = 10;
const MOST_FRAME_FRAMES = 65536;

/** What is told of the audio while it is decoded. */
interface FlacReport {
  onAnnounced(frames: number | null): void;
  readonly findings: CodecFindings;
}

/** Puts silence where frames are lost, and keeps account of it. */
class FlacTimeline {
  readonly #total: number | null;
  /** Where the next frame should begin, by the numbers of the frames. */
  #expected = 0;
  #frames = 0;
  /** Number of the first frame of audio. */
  #origin = 0;
  #offset: number;
  #places = 0;
  #lost = 0;
  #firstLost = 0;
  /** Whether audio came behind the end. */
  isOver = false;

  constructor(total: number | null, offset: number) {
    this.#total = total;
    this.#offset = offset;
  }

  /** How often frames were lost. */
  get places(): number {
    return this.#places;
  }

  /** Frames that were lost before this one. */
  advance({ position, frames, offset, bytes }: FlacFrame): number {
    const gap = position - this.#expected;
    const most = (MOST_FRAME_FRAMES * (offset - this.#offset)) / LEAST_FRAME_BYTES;
    // A stream that was cut out of another one begins with any number, and a live one has no length.
    const believed = (this.#frames > 0 && this.#total !== null) || gap <= most;
    const lost = believed ? Math.max(0, gap) : 0;
    if (this.#frames === 0 && !believed) this.#origin = position;
    if (lost > 0) {
      if (this.#places++ === 0) this.#firstLost = this.#frames;
      this.#lost += lost;
    }
    this.#frames += lost + frames;
    this.#expected = position + frames;
    this.#offset = offset + bytes.length;
    return lost;
  }

  /** Whether a frame comes right behind the last one that was decoded. */
  follows({ position, offset }: FlacFrame): boolean {
    return position === this.#expected && offset === this.#offset;
  }

  /** Whether a frame is one of another stream that was put behind this one. */
  isBehind({ position, frames }: FlacFrame): boolean {
    if (this.#frames === 0) return false;
    const end = this.#origin + (this.#total ?? Number.POSITIVE_INFINITY);
    return position + frames <= this.#expected || position >= end;
  }

  *warnings(): Generator<string, void, void> {
    const from = `from frame ${this.#firstLost} on`;
    if (this.#places === 1) yield `damaged: ${this.#lost} frames ${from} are lost, and silent in the output`;
    if (this.#places > 1) {
      yield `damaged in ${this.#places} places, the first ${from}: ${this.#lost} frames are lost, and silent in the output`;
    }
    if (this.isOver) yield `ends at frame ${this.#frames}, another FLAC behind it is left out`;
  }
}

function* silence(like: FLACDecodedAudio, frames: number): Generator<FLACDecodedAudio, void, void> {
  for (let left = frames; left > 0; left -= PIECE_FRAMES) {
    const samplesDecoded = Math.min(left, PIECE_FRAMES);
    const channelData = like.channelData.map(() => new Float32Array(samplesDecoded));
    yield { ...like, channelData, samplesDecoded };
  }
}

/**
 * Decodes a FLAC stream as it comes in. Where it is damaged, it goes on behind, with silence for what is lost by the numbers
 * of the frames, so that all stays at its time; what lies behind its end is left out.
 */
export async function* decodeFlac(
  bytes: AsyncIterable<Uint8Array>,
  decoder: FLACDecoder,
  { onAnnounced, findings }: FlacReport,
): AsyncGenerator<FLACDecodedAudio, void, void> {
  const metadata = new FlacMetadata();
  let framer: FlacFrames | null = null;
  let timeline: FlacTimeline | null = null;
  async function* decodeAll(frames: Iterable<FlacFrame>): AsyncGenerator<FLACDecodedAudio, void, void> {
    for (const frame of frames) {
      if (timeline!.isBehind(frame)) {
        timeline!.isOver ||= frame.ends;
        continue;
      }
      if (timeline!.isOver) return;
      // It would go by the numbers as well, and by what it was left in the middle of.
      if (!timeline!.follows(frame)) await decoder.reset();
      const decoded = await withoutWords(() => decoder.decodeFrames([frame.bytes]));
      if (decoded.samplesDecoded !== frame.frames || decoded.errors.length > 0) continue;
      const lost = timeline!.advance(frame);
      findings.places = timeline!.places;
      yield* silence(decoded, lost);
      yield decoded;
    }
  }
  for await (const chunk of bytes) {
    if (timeline?.isOver) continue;
    const audio: Uint8Array | null = framer ? chunk : metadata.push(chunk);
    if (audio === null) continue;
    if (!framer || !timeline) {
      const { blockFrames, frames } = metadata.info!;
      framer = new FlacFrames(blockFrames, metadata.bytes);
      timeline = new FlacTimeline(frames, metadata.bytes);
      onAnnounced(frames);
      findings.describe = () => timeline!.warnings();
    }
    yield* decodeAll(framer.push(audio));
  }
  if (!framer || !timeline) return;
  yield* decodeAll(framer.end());
}
