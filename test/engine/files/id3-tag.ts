/** An ID3v2.4 tag with so many bytes of padding, and a foot of 10 where it is asked for. */
export function id3Tag(bytes: number, foot = false): Buffer {
  const size = [21, 14, 7, 0].map((shift) => (bytes >> shift) & 127);
  const head = [4, 0, foot ? 0x10 : 0, ...size];
  const end = foot ? Buffer.from([...Buffer.from('3DI'), ...head]) : Buffer.alloc(0);
  return Buffer.concat([Buffer.from([...Buffer.from('ID3'), ...head]), Buffer.alloc(bytes), end]);
}
