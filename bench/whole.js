// Is the whole process faster than ffmpeg? `cat in.wav | auralis-stream chain.json > out.wav` against ffmpeg's
// equalizer x3 + acompressor + alimiter doing the same work on the same file, in turns.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoPiece } from '../dist/demo/demo-piece.js';
import { printTable, timeInTurns, versionOf } from './measure.js';

export const question =
  'seconds for a shell pipeline over a stereo s16 WAV at 44.1 kHz (the demo piece, repeated)';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const BANDS = [
  [120, 2],
  [1000, -2],
  [8000, 2],
];
const EQ = { stage: 'eq', bands: BANDS.map(([freq, gain]) => ({ freq, gain, q: 1 })) };
const CHAIN = {
  stages: [
    EQ,
    { stage: 'compressor', threshold: -18, ratio: 2, attack: 20, release: 250, knee: 9, makeup: 3 },
    { stage: 'limiter', mode: 'samplePeak', ceiling: -1, lookahead: 5, release: 50 },
  ],
};

const TRUE_PEAK = {
  stages: CHAIN.stages.map((stage) => (stage.mode ? { ...stage, mode: 'truePeak' } : stage)),
};

/** The demo piece as interleaved s16, 20 s. */
function demoBytes() {
  const pieces = [];
  for (const { channels, frames } of demoPiece({ seconds: 20, sampleRate: 44100 })) {
    const piece = Buffer.alloc(4 * frames);
    for (let i = 0; i < frames; i++) {
      for (let n = 0; n < 2; n++) {
        piece.writeInt16LE(Math.round(Math.max(-1, Math.min(1, channels[n][i])) * 32767), 4 * i + 2 * n);
      }
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function writeInput(file, seconds) {
  const piece = demoBytes();
  const times = Math.max(1, Math.round(seconds / 20));
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + piece.length * times, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(44100, 24);
  header.writeUInt32LE(44100 * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(piece.length * times, 40);
  const fd = openSync(file, 'w');
  writeSync(fd, header);
  for (let n = 0; n < times; n++) writeSync(fd, piece);
  closeSync(fd);
}

export async function run({ full }) {
  const seconds = full ? 600 : 120;
  const rounds = full ? 5 : 3;
  const folder = mkdtempSync(join(tmpdir(), 'auralis-bench-'));
  try {
    const path = (name) => join(folder, name);
    writeInput(path('in.wav'), seconds);
    writeFileSync(path('chain.json'), JSON.stringify(CHAIN));
    writeFileSync(path('eq.json'), JSON.stringify({ stages: [EQ] }));
    const ours = (pipeline, backend) =>
      `cat ${path('in.wav')} | ${process.execPath} ${CLI} ${path(pipeline)} --backend ${backend} > ${path('ours.wav')}`;
    writeFileSync(path('true-peak.json'), JSON.stringify(TRUE_PEAK));
    const commands = { 'chain, wasm': ours('chain.json', 'wasm'), 'three eq, wasm': ours('eq.json', 'wasm') };
    commands['chain with true peak, wasm'] = ours('true-peak.json', 'wasm');
    if (full) commands['chain, reference'] = ours('chain.json', 'reference');
    const ffmpeg = versionOf('ffmpeg');
    const sox = versionOf('sox', '--version');
    if (ffmpeg) {
      const filters = [
        ...BANDS.map(([f, g]) => `equalizer=f=${f}:t=q:w=1:g=${g}`),
        'acompressor=threshold=-18dB:ratio=2:attack=20:release=250:knee=2.828:makeup=1.41',
        'alimiter=limit=-1dB:level=0:attack=5:release=50',
      ].join(',');
      commands['chain, ffmpeg'] =
        `cat ${path('in.wav')} | ffmpeg -v error -y -i - -af "${filters}" -c:a pcm_s16le -f wav - > ${path('ffmpeg.wav')}`;
    }
    if (sox) {
      const effects = BANDS.map(([f, g]) => `equalizer ${f} 1q ${g}`).join(' ');
      commands['three eq, sox'] =
        `cat ${path('in.wav')} | sox -t wav - -t wav - ${effects} > ${path('sox.wav')}`;
    }
    console.log(
      `input: ${seconds} s; ${ffmpeg ?? 'ffmpeg is not installed'}; ${sox ?? 'sox is not installed'}`,
    );
    const figures = timeInTurns(commands, rounds);
    const peerOf = (name) => figures[name.startsWith('chain') ? 'chain, ffmpeg' : 'three eq, sox'];
    const rows = Object.entries(figures).map(([what, { wall, cpu }]) => ({
      what,
      wall: wall.median,
      'wall min': wall.min,
      'wall max': wall.max,
      cpu: cpu.median,
      'x real time': seconds / wall.median,
      'peer wall / wall': peerOf(what) ? peerOf(what).wall.median / wall.median : null,
      'peer cpu / cpu': peerOf(what) ? peerOf(what).cpu.median / cpu.median : null,
    }));
    printTable(rows);
    return { seconds, rounds, ffmpeg, sox, rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
