import type { AudioFormat } from '../audio/format.ts';
import { textOf } from './header-steps.ts';
import type { MetadataChunk } from './metadata-chunk.ts';
import { ENCODINGS, type SampleEncoding } from './sample-format.ts';

/** Where the coding history begins in a bext chunk (EBU Tech 3285, version 2). */
const HISTORY_AT = 602;
const MODES: Readonly<Record<number, string>> = { 1: 'mono', 2: 'stereo' };

/** The line that a programme adds for what it wrote (EBU R 98): algorithm, rate, word length, mode, and a name. */
function historyLine({ sampleRate, channels }: AudioFormat, encoding: SampleEncoding): string {
  const mode = Object.hasOwn(MODES, channels) ? `M=${MODES[channels]},` : '';
  const { bits, isFloat } = ENCODINGS[encoding];
  return `A=PCM,F=${sampleRate},W=${bits},${mode}T=auralis-stream${isFloat ? '; float' : ''}\r\n`;
}

/** Metadata as an output carries it: the coding history of `bext` has one line more. */
export function withCodingHistory(
  chunks: readonly MetadataChunk[],
  format: AudioFormat,
  encoding: SampleEncoding,
): readonly MetadataChunk[] {
  return chunks.map((chunk) => {
    if (chunk.id !== 'bext' || chunk.body.length < HISTORY_AT) return chunk;
    const before = textOf(chunk.body, HISTORY_AT).replace(/\0+$/, '');
    const gap = before === '' || before.endsWith('\r\n') ? '' : '\r\n';
    const history = Buffer.from(`${before}${gap}${historyLine(format, encoding)}`, 'latin1');
    return { id: chunk.id, body: Buffer.concat([chunk.body.subarray(0, HISTORY_AT), history]) };
  });
}
