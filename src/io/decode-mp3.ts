import type { MPEGDecodedAudio, MPEGDecoder } from 'mpg123-decoder';
import { type CodecFindings, damagedIn } from './codec-findings.ts';
import { Mp3Frames } from './mp3-frames.ts';
import { mp3Frames } from './mp3-length.ts';
import { withoutWords } from './without-words.ts';

/** Decodes an MP3 as it comes in. Where it is damaged it goes on behind; what is lost is left out. */
export async function* decodeMp3(
  bytes: AsyncIterable<Uint8Array>,
  decoder: MPEGDecoder,
  findings: CodecFindings,
): AsyncGenerator<MPEGDecodedAudio, void, void> {
  const passage = new Mp3Frames();
  let announced: number | null | undefined;
  let frames = 0;
  let firstError: number | null = null;
  let ended = false;
  findings.describe = function* () {
    const missing = ended ? (announced ?? 0) - frames : 0;
    const words = `${missing} of ${announced} announced frames are missing`;
    const left =
      passage.lostBytes > 0
        ? `what is in no frame, ${passage.lostBytes} bytes,`
        : 'what could not be decoded';
    const first = passage.places > 0 ? passage.firstPlace : firstError;
    if (first !== null) {
      yield `${damagedIn(findings.places, first)}: ${missing > 0 ? words : `${left} is left out`}`;
    } else if (missing > 0) yield `input ended early: ${words}`;
    if (ended && announced === null && passage.isCut) {
      yield `input ended early: MP3 is cut off behind frame ${frames}`;
    }
  };
  for await (const chunk of bytes) {
    if (announced === undefined) announced = mp3Frames(chunk);
    passage.push(chunk);
    const decoded = withoutWords(() => decoder.decode(chunk));
    if (decoded.errors.length > 0) firstError ??= frames;
    frames += decoded.samplesDecoded;
    findings.places = Math.max(passage.places, firstError === null ? 0 : 1);
    yield decoded;
  }
  ended = true;
}
