import { arch, availableParallelism, cpus, platform, release } from 'node:os';
import { type AudioBlock, createBlock } from '../audio/block.ts';
import { audioFormat } from '../audio/format.ts';
import { demoPiece } from '../demo/demo-piece.ts';
import { type BackendName, chooseBackend, wasmUnavailable } from '../dsp/kernel-memory.ts';
import { readPipelineFile } from '../engine/pipelines/pipeline-files.ts';
import { largestDifference, type SelfTestResult, selfTest } from '../engine/run/self-test.ts';
import { textTable } from '../monitor/text-table.ts';
import type { Command } from './command.ts';
import { packageVersion } from './package-version.ts';
import { print } from './print.ts';

const PIPELINE = 'mastering';
const RATE = 44100;
/** Seconds of audio in a pass, and seconds that each backend is timed for. */
const AUDIO_SECONDS = 2;
const TEST_SECONDS = 1;
/** What the conformance suite allows between the backends, relative to full scale. */
const TOLERANCE = 1e-6;

/** `auralis-stream doctor`: which backend is active and why, versions, CPU, and a self-test of each backend. */
export const doctorCommand: Command = {
  words: [],
  options: {},
  examples: [['auralis-stream doctor', 'takes about three seconds']],
  run: async () => {
    const reason = wasmUnavailable();
    const active = chooseBackend('auto');
    const why =
      reason === undefined ? 'WebAssembly SIMD runs here' : `WebAssembly SIMD does not run here: ${reason}`;
    await print(
      textTable([
        ['auralis-stream', packageVersion()],
        ['node', `${process.version} (V8 ${process.versions.v8})`],
        ['system', `${platform()} ${release()} ${arch()}`],
        ['cpu', `${availableParallelism()} x ${cpus()[0]?.model.trim() || 'unknown'}`],
        ['backend', `${active} (${why})`],
      ]),
    );
    return test(reason === undefined ? ['wasm', 'reference'] : ['reference']);
  },
};

async function test(backends: readonly BackendName[]): Promise<number> {
  const pipeline = await readPipelineFile(PIPELINE);
  const audio = demoAudio();
  const results: SelfTestResult[] = [];
  for (const backend of backends) {
    const result = await selfTest(backend, pipeline, audio, TEST_SECONDS);
    results.push(result);
    const speed = `${result.timesRealTime.toFixed(0)} x real time`;
    await print(
      textTable([[backend.padEnd('auralis-stream'.length), `${speed} (${PIPELINE}, stereo, ${RATE} Hz)`]]),
    );
  }
  if (results.length < 2) return 0;
  const difference = largestDifference(results[0].output, results[1].output);
  const agree = difference <= TOLERANCE;
  const verdict = agree ? 'ok' : `FAILED, at most ${TOLERANCE} is allowed`;
  await print(`self-test       the backends differ by ${difference} of full scale: ${verdict}\n`);
  return agree ? 0 : 70;
}

/** The beginning of the demo piece in one block. */
function demoAudio(): AudioBlock {
  const whole = createBlock(audioFormat(RATE, 2), AUDIO_SECONDS * RATE);
  for (const { start, frames, channels } of demoPiece({ seconds: AUDIO_SECONDS, sampleRate: RATE })) {
    whole.channels.forEach((channel, n) => {
      channel.set(channels[n].subarray(0, frames), start);
    });
  }
  return whole;
}
