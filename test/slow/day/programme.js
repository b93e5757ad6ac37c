// A programme that says of itself which frame is which.

export const RATE = 32_000;
/** Frames after which it begins again: 21.8 s. */
const LOOP = 2 ** 20;
/** Every so many frames one carries its number: 16 bits, in the low bytes of left and right. */
const MARK_STEP = 16;

/** The number in a frame of 16-bit stereo. */
export const markOf = (left, right) => (left & 255) | ((right & 255) << 8);
/** The number that a frame should carry, or null where it carries none. */
export const markAt = (frame) => (frame % MARK_STEP === 0 ? (frame % LOOP) / MARK_STEP : null);

/** Tones, noise and a swell, loud enough for every stage of a station to work. */
function programme(random) {
  const samples = new Int16Array(2 * LOOP);
  for (let n = 0; n < LOOP; n++) {
    const swell = 0.25 + 0.75 * Math.sin((Math.PI * 7 * n) / LOOP) ** 2;
    const low = Math.sin((2 * Math.PI * 3000 * n) / LOOP);
    const high = Math.sin((2 * Math.PI * 21_000 * n) / LOOP);
    for (const c of [0, 1]) {
      const level = swell * (0.3 * low + 0.15 * (c === 0 ? high : -high) + 0.15 * (random() - 0.5));
      samples[2 * n + c] = Math.round(32_000 * level);
    }
  }
  for (let n = 0; n < LOOP; n += MARK_STEP) {
    const mark = markAt(n);
    samples[2 * n] = (samples[2 * n] & ~255) | (mark & 255);
    samples[2 * n + 1] = (samples[2 * n + 1] & ~255) | (mark >> 8);
  }
  return samples;
}

const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength);

/** The header of a WAV on a pipe, which knows no length. */
function header({ code, bits, channels, rate }) {
  const frameBytes = (channels * bits) / 8;
  const bytes = Buffer.alloc(44);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(0xffffffff, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(code, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * frameBytes, 28);
  bytes.writeUInt16LE(frameBytes, 32);
  bytes.writeUInt16LE(bits, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(0xffffffff, 40);
  return bytes;
}

/**
 * The formats in which the programme may come: their header, and any frames of it. `marked` where the numbers come through
 * unchanged, `exact` where as many frames come out of the conversion as go in.
 */
export function programmeFormats(random) {
  const stereo = programme(random);
  const floats = Float32Array.from(stereo, (sample) => sample / 32768);
  const mono = floats.filter((_, n) => n % 2 === 0);
  const kinds = {
    's16 stereo': { code: 1, bits: 16, channels: 2, rate: RATE, samples: stereo, marked: true },
    'f32 stereo': { code: 3, bits: 32, channels: 2, rate: RATE, samples: floats, marked: true },
    'f32 mono': { code: 3, bits: 32, channels: 1, rate: RATE, samples: mono, marked: false },
    's16 stereo at 44.1 kHz': {
      code: 1,
      bits: 16,
      channels: 2,
      rate: 44_100,
      samples: stereo,
      marked: false,
    },
  };
  return Object.entries(kinds).map(([name, { samples, ...kind }]) => {
    const bytes = bytesOf(samples);
    const frameBytes = (kind.channels * kind.bits) / 8;
    const frames = (from, count) => {
      const at = from % LOOP;
      const own = Math.min(count, LOOP - at);
      const first = bytes.subarray(at * frameBytes, (at + own) * frameBytes);
      return own === count ? first : Buffer.concat([first, bytes.subarray(0, (count - own) * frameBytes)]);
    };
    return { ...kind, name, frameBytes, header: header(kind), frames, exact: kind.rate === RATE };
  });
}
