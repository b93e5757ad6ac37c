// One case of the fuzzer: a file that is right in every respect, then made wrong by its seed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The builders of the tests' corpus, which are TypeScript. */
async function loadBuilders() {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-fuzz-'));
  const load = async (name) => {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      entryPoints: [path(`../fixtures/${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    return import(pathToFileURL(outfile).href);
  };
  try {
    return { ...(await load('wav-corpus')), ...(await load('containers')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whole numbers below a bound, the same for the same seed: a generator of 32 bits (Marsaglia, xorshift, 2003). */
export function dice(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

const SIZES = ['exact', 'zero', 'sox', 'arecord', 'ffmpeg', 'rf64', 'rf64-unknown', 'rf64-zero'];
const IDS = ['LIST', 'bext', 'iXML', 'cart', 'id3 ', 'JUNK', 'fact', 'ds64', 'data', 'fmt ', 'odd!'];
const ENCODINGS = ['u8', 's16', 's24', 's24in32', 's32', 'f32', 'f64', 'alaw', 'mulaw'];
const AIFF_TEXTS = ['NAME', 'AUTH', '(c) ', 'ANNO', 'ID3 ', 'COMT'];
const AU_ENCODINGS = ['mulaw', 's8', 's16', 's24', 's32', 'f32', 'f64', 'alaw'];
const COMPRESSIONS = [null, 'NONE', 'twos', 'sowt', 'fl32', 'fl64', 'alaw', 'ulaw', 'in24', 'ima4'];
/** Numbers at which sizes and counts go wrong. */
const EDGES = [
  0, 1, 2, 3, 7, 24, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7ffff000, 0x7fffffff, 0x80000000, 0xfffffffe,
];

/** Gives a function from a seed to the bytes of a case and the sizes of the pieces it comes in. */
export async function fuzzCases() {
  const { buildWav, fmtBody, chunk, RECIPE, buildAiff, buildAu, buildW64 } = await loadBuilders();

  const noise = (roll, length) => Uint8Array.from({ length }, () => roll(256));
  const chunks = (roll) =>
    Array.from({ length: roll(3) }, () =>
      chunk(IDS[roll(IDS.length)], roll(700), roll(4) === 0 ? 0 : roll(256)),
    );
  /** Entries whose ids and sizes may be wrong. */
  const summaryList = (roll) => [
    ...[roll(5), 0, 0, 0],
    ...Array.from({ length: roll(4) }, () => {
      const text = noise(roll, roll(20));
      return [
        ...Buffer.from('INAM'),
        roll(9) === 0 ? roll(256) : text.length,
        0,
        0,
        roll(30) === 0 ? 255 : 0,
        ...text,
      ];
    }).flat(),
  ];

  function wav(roll) {
    const size = SIZES[roll(SIZES.length)];
    const long = size.startsWith('rf64');
    const recipe = {
      ...RECIPE,
      size,
      container: (long ? ['RF64', 'BW64'] : ['RIFF', 'RIFX'])[roll(2)],
      encoding: ENCODINGS[roll(ENCODINGS.length)],
      channels: 1 + roll(roll(8) === 0 ? 70 : 3),
      sampleRate: [8000, 44100, 48000, 768001][roll(4)],
      audio: noise(roll, roll(3000)),
      extensible: roll(2) === 0,
      mask: roll(4) * 3,
      before: chunks(roll),
      between: chunks(roll),
      after: chunks(roll),
      padding: roll(2) === 0,
    };
    const wrong = roll(4) === 0 ? { tag: roll(9), bits: roll(70), blockAlign: roll(20) } : {};
    return buildWav(recipe, fmtBody(recipe, wrong));
  }

  function other(roll) {
    const shape = {
      channels: 1 + roll(3),
      sampleRate: 8000 + roll(90000),
      audio: noise(roll, roll(3000)),
      sized: roll(2) === 0,
    };
    if (roll(3) === 0) {
      const encoding = AU_ENCODINGS[roll(AU_ENCODINGS.length)];
      return buildAu({ ...shape, encoding, bigEndian: roll(2) === 0, annotation: 'x'.repeat(roll(30)) });
    }
    if (roll(2) === 0) {
      const recipe = { ...RECIPE, ...shape, encoding: ENCODINGS[roll(ENCODINGS.length)] };
      const summary = roll(2) === 0 ? { summary: summaryList(roll) } : {};
      return buildW64({ ...recipe, fmt: fmtBody(recipe), junk: roll(40), ...summary });
    }
    const compression = COMPRESSIONS[roll(COMPRESSIONS.length)];
    const before = Array.from({ length: roll(4) }, () => [
      AIFF_TEXTS[roll(AIFF_TEXTS.length)],
      noise(roll, roll(90)),
    ]);
    return buildAiff({ ...shape, encoding: 's16', compression, offset: roll(5), before, bits: roll(40) });
  }

  /** Makes one thing wrong; most of them where the header is. */
  function mutate(roll, bytes) {
    const at = roll(roll(4) === 0 ? bytes.length + 1 : Math.min(bytes.length + 1, 200));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const edge = EDGES[roll(EDGES.length)];
    switch (roll(8)) {
      case 0:
        return bytes.slice(0, at);
      case 1:
        return Uint8Array.from([...bytes.subarray(0, at), ...noise(roll, roll(40)), ...bytes.subarray(at)]);
      case 2:
        return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + roll(40))]);
      case 3:
        if (at + 4 <= bytes.length) view.setUint32(at, edge, roll(2) === 0);
        return bytes;
      case 4:
        if (at + 2 <= bytes.length) view.setUint16(at, edge, roll(2) === 0);
        return bytes;
      case 5:
        return Uint8Array.from([...bytes, ...(roll(2) === 0 ? wav(roll) : other(roll))]);
      case 6:
        return Uint8Array.from([...bytes.subarray(0, at), ...wav(roll)]);
      default:
        if (at < bytes.length) bytes[at] ^= 1 << roll(8);
        return bytes;
    }
  }

  return (seed) => {
    const roll = dice(seed);
    const kind = roll(18);
    let bytes = kind === 0 ? noise(roll, roll(4000)) : kind < 11 ? wav(roll) : other(roll);
    // A file of its own format behind it, right where it begins.
    if (kind > 15) bytes = Uint8Array.from([...bytes, ...wav(roll)]);
    for (let n = roll(4); n > 0; n--) bytes = mutate(roll, bytes);
    const pieces = Array.from({ length: 1 + roll(4) }, () => 1 + roll(roll(2) === 0 ? 16 : 5000));
    return { bytes, pieces };
  };
}
