import { ENCODINGS, type SampleEncoding, STORED, type StoredEncoding } from '../io/sample-format.ts';
import type { DitherKind } from '../io/stream-encoder.ts';

/** Bits of a 32-bit float's significand, with its hidden one: no integer longer than this is a reduction. */
const SIGNIFICAND_BITS = 24;

/**
 * Whether a run dithers: never when the stages are transparent and the samples go out as they came in; else where
 * the word length is reduced, by the kind that is `wanted`. What stages have computed has the word length of a float.
 */
export function ditherFor(
  input: StoredEncoding,
  output: SampleEncoding,
  transparent: boolean,
  wanted: DitherKind = 'tpdf',
): DitherKind {
  const from = STORED[input];
  const to = ENCODINGS[output];
  if (to.isFloat || to.bits > SIGNIFICAND_BITS) return 'none';
  if (!transparent || from.isFloat) return wanted;
  return to.bits < from.bits ? wanted : 'none';
}
