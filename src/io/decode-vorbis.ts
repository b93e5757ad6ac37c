import type { OggVorbisDecodedAudio, OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { type CodecFindings, damagedIn } from './codec-findings.ts';
import { OggPages } from './ogg-pages.ts';
import { withoutWords } from './without-words.ts';

/** Decodes Ogg Vorbis as it comes in. Where it is damaged it goes on behind; what is lost is left out. */
export async function* decodeVorbis(
  bytes: AsyncIterable<Uint8Array>,
  decoder: OggVorbisDecoder,
  findings: CodecFindings,
): AsyncGenerator<OggVorbisDecodedAudio, void, void> {
  const pages = new OggPages();
  let frames = 0;
  let first: number | null = null;
  let hasErrors = false;
  let ended = false;
  const seen = (decoded: OggVorbisDecodedAudio): OggVorbisDecodedAudio => {
    hasErrors ||= decoded.errors.length > 0;
    findings.places = Math.max(pages.places, hasErrors ? 1 : 0);
    if (findings.places > 0) first ??= frames;
    frames += decoded.samplesDecoded;
    return decoded;
  };
  findings.describe = function* () {
    const missing = ended ? (pages.frames ?? 0) - frames : 0;
    const words =
      missing > 0 ? `${missing} of ${pages.frames} frames are missing` : lostPages(pages.lostPages);
    if (first !== null) yield `${damagedIn(findings.places, first)}: ${words}`;
    if (ended && !pages.isWhole) yield `input ended early: Ogg Vorbis is cut off behind frame ${frames}`;
  };
  for await (const chunk of bytes) {
    pages.push(chunk);
    yield seen(await withoutWords(() => decoder.decode(chunk)));
  }
  yield seen(await withoutWords(() => decoder.flush()));
  ended = true;
}

function lostPages(count: number): string {
  if (count === 0) return 'what could not be decoded is left out';
  return count === 1 ? '1 page is not as it was written' : `${count} pages are not as they were written`;
}
