import { describe, expect, it } from 'vitest';
import { ditherFor } from '../../src/engine/dither.ts';

describe('ditherFor', () => {
  it.each([
    ['s16', 's16', true, 'none'],
    ['s24', 's16', true, 'tpdf'],
    ['f32', 's24', true, 'tpdf'],
    ['f32', 'f32', true, 'none'],
    ['s32', 's24', true, 'tpdf'],
    ['s24in32', 's24', true, 'none'],
    ['u8', 's16', true, 'none'],
    ['s16', 'f32', true, 'none'],
    ['s16', 's16', false, 'tpdf'],
    ['s16', 's24', false, 'tpdf'],
    ['s16', 's32', false, 'none'],
    ['f64', 'u8', false, 'tpdf'],
    ['s16', 'f64', false, 'none'],
  ] as const)('%s to %s, transparent %s: %s', (input, output, transparent, dither) => {
    expect(ditherFor(input, output, transparent)).toBe(dither);
  });
});
