import { describe, expect, it } from 'vitest';
import { mp3Frames } from '../../src/io/mp3-length.ts';

/** The first frame of an MP3 with a tag that announces 1000 frames, 576 of delay and 1105 of padding. */
function tagged(name: string, flags = 15, version = 0xfb): Uint8Array {
  const frame = Buffer.alloc(417);
  frame.set([0xff, version, 0x90, 0x00]);
  frame.write(name, 36, 'latin1');
  frame[43] = flags;
  frame.writeUInt32BE(1000, 44);
  frame.writeUIntBE((576 << 12) | 1105, 36 + 141, 3);
  return frame;
}

describe('the length that an MP3 announces', () => {
  it.each([
    ['1152 a frame, less delay and padding', tagged('Info'), 1000 * 1152 - 1681],
    ['the same by a Xing tag', tagged('Xing'), 1000 * 1152 - 1681],
    ['576 a frame below MPEG 1', tagged('Info', 15, 0xf3), 1000 * 576 - 1681],
    ['whole frames where LAME says nothing', tagged('Xing', 1), 1000 * 1152],
  ])('is %s', (_what, bytes, frames) => {
    expect(mp3Frames(bytes)).toBe(frames);
  });

  it.each([
    ['a tag', tagged('none')],
    ['a count', tagged('Xing', 14)],
    ['the whole tag', tagged('Xing').subarray(0, 100)],
  ])('is not known without %s', (_what, bytes) => {
    expect(mp3Frames(bytes)).toBeNull();
  });
});
