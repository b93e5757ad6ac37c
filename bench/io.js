// What do bytes cost? Decoding and encoding in memory; then 100 MB through a pipe: process.stdin, fs.read on the descriptor,
// the reader that the command line uses; and a WAV through every program with next to nothing done to it.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { audioFormat } from '../dist/audio/format.js';
import { onKernelMemory } from '../dist/dsp/kernel-memory.js';
import { StreamDecoder } from '../dist/io/stream-decoder.js';
import { StreamEncoder } from '../dist/io/stream-encoder.js';
import { BACKENDS } from './compare-backends.js';
import { blocksOf, chorus, inFolder, RATE, writeWav } from './material.js';
import { mapValues, nanosecondsPerUnit, printTable, timeCommands } from './measure.js';
import { peers } from './peers.js';

export const question = 'ns per stereo frame of decoding and encoding; seconds for bytes through a pipe';

const FRAMES = 4096;
const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const READ_PIPE = fileURLToPath(new URL('./read-pipe.js', import.meta.url));

/** Decoder and encoder of one sample format on one memory, and what they give for one block. */
function codec(backend, encoding, dither) {
  const raw = { sampleRate: RATE, channels: 2, sampleFormat: { encoding, bigEndian: false } };
  return onKernelMemory(backend, (memory) => {
    const decoder = new StreamDecoder({ raw });
    const planar = memory.planar(2, FRAMES);
    const encoder = new StreamEncoder({
      format: audioFormat(RATE, 2),
      sampleFormat: raw.sampleFormat,
      announcedFrames: null,
      container: 'raw',
      channelMask: 0,
      dither,
      seed: 0,
      seekable: false,
      memory,
      maxFrames: FRAMES,
    });
    decoder.attach(memory, FRAMES);
    const [block] = blocksOf(chorus(), FRAMES);
    for (const n of [0, 1]) planar[n].set(block[n]);
    const bytes = Buffer.from(encoder.encode(planar, FRAMES));
    return {
      bytes,
      encode: () => encoder.encode(planar, FRAMES),
      decode() {
        decoder.write(bytes);
        decoder.read(planar, FRAMES);
      },
    };
  });
}

async function codecs(options) {
  const rows = [];
  for (const [encoding, dither] of [
    ['s16', 'tpdf'],
    ['s16', 'none'],
    ['s24', 'none'],
    ['f32', 'none'],
  ]) {
    const pair = Object.fromEntries(BACKENDS.map((backend) => [backend, codec(backend, encoding, dither)]));
    const same = pair.reference.bytes.equals(pair.wasm.bytes);
    for (const way of dither === 'none' ? ['decode', 'encode'] : ['encode']) {
      const tasks = mapValues(pair, (one) => one[way]);
      const figures = await nanosecondsPerUnit(FRAMES, tasks, options);
      rows.push({
        work: `${way} ${encoding}${dither === 'tpdf' ? ', dithered' : ''}`,
        ...mapValues(figures, ({ median }) => median),
        'wasm min': figures.wasm.min,
        'wasm max': figures.wasm.max,
        ratio: figures.reference.median / figures.wasm.median,
        'bytes the same': same ? 'yes' : 'NO',
      });
    }
  }
  printTable(rows);
  return rows;
}

function pipes({ full }) {
  const seconds = full ? 600 : 30;
  return inFolder(async (path) => {
    const input = path('in.wav');
    writeWav(input, seconds);
    const output = path('out.wav');
    const gain = `${process.execPath} ${CLI} ${path('gain.json')} --quiet`;
    writeFileSync(path('gain.json'), JSON.stringify({ stages: [{ stage: 'gain', gain: -1 }] }));
    const commands = {
      cat: `cat ${input} | cat > ${output}`,
      'Node, no bytes': `${process.execPath} ${READ_PIPE} nothing`,
      'Node, process.stdin': `cat ${input} | ${process.execPath} ${READ_PIPE} stdin`,
      'Node, fs.read': `cat ${input} | ${process.execPath} ${READ_PIPE} read`,
      'Node, fs.readSync': `cat ${input} | ${process.execPath} ${READ_PIPE} readSync`,
      'Node, our reader': `cat ${input} | ${process.execPath} ${READ_PIPE} ours`,
      'gain, from a pipe': `cat ${input} | ${gain} > ${output}`,
      'gain, from a file': `${gain} ${input} > ${output}`,
      ...(peers.ffmpeg && {
        'gain, ffmpeg': `cat ${input} | ffmpeg -v error -i - -af volume=-1dB -c:a pcm_s16le -f wav - > ${output}`,
      }),
      ...(peers.sox && { 'gain, SoX': `cat ${input} | sox -t wav - -t wav - vol -1 dB > ${output}` }),
    };
    const rows = Object.entries(await timeCommands(commands, full ? 5 : 1)).map(([what, { wall, cpu }]) => ({
      what,
      wall: wall.median,
      min: wall.min,
      max: wall.max,
      cpu: cpu.median,
    }));
    console.log(`\n${seconds} s of s16 stereo, ${Math.round((seconds * RATE * 4) / 1e6)} MB; seconds:`);
    printTable(rows);
    return { seconds, rows };
  });
}

export async function run(options) {
  return { rows: await codecs(options), pipes: await pipes(options) };
}
