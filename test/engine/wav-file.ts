/** A RIFF WAV with 16-bit samples, little-endian; `announced` frames may differ from those that follow. */
export function wav16(
  samples: Int16Array,
  {
    channels = 2,
    sampleRate = 48000,
    announced,
  }: { channels?: number; sampleRate?: number; announced?: number } = {},
): Buffer {
  const bytes = announced === undefined ? samples.byteLength : announced * channels * 2;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE(sampleRate * channels * 2, 28);
  head.writeUInt16LE(channels * 2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

/** 16-bit noise, the same for the same seed: a congruential generator of 32 bits (Knuth, TAOCP 2, 3.3.4, table 1). */
export function noise16(samples: number, seed = 1): Int16Array {
  let state = seed;
  return Int16Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >> 17;
  });
}
