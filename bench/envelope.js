// How fast is the envelope follower? The branching loop that everyone writes first, the reference, and the wasm
// kernel, over buffers of 1,024 to 4,410,000 samples, stereo; and whether the 64-bit results are the same.
import { Envelope, smoothingCoefficient } from '../dist/dsp/envelope.js';
import { KernelMemory, StateMemory } from '../dist/dsp/kernel-memory.js';
import { nanosecondsPerUnit, printTable } from './measure.js';

export const question =
  'ns per sample and channel of an envelope follower, 10 ms attack, 100 ms release, stereo';

function branching(x, y, attack, release) {
  let e = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (value > e) e = attack * e + (1 - attack) * value;
    else e = release * e + (1 - release) * value;
    y[i] = e;
  }
}

/** Two rectified noises: sample by sample it is a coin toss whether the envelope rises or falls. */
function rectifiedNoise(length) {
  let word = 1;
  return [0, 1].map(() =>
    Float64Array.from({ length }, () => {
      word = (Math.imul(word, 1664525) + 1013904223) | 0;
      return Math.abs(word) / 2 ** 31;
    }),
  );
}

function follower(backend, inputs, attack, release) {
  const state = new StateMemory(new KernelMemory(backend, 1 << 28));
  const envelope = new Envelope(state, 2);
  envelope.set(attack, release);
  const signals = inputs.map((input) => state.memory.f64(input.length));
  return {
    signals,
    run() {
      for (let n = 0; n < signals.length; n++) signals[n].set(inputs[n]);
      envelope.process(signals, signals[0].length);
    },
  };
}

/** Largest difference between the backends and the branching loop, also with attack longer than release. */
function difference(inputs) {
  let largest = 0;
  for (const [attackMs, releaseMs] of [
    [10, 100],
    [100, 10],
    [50, 50],
  ]) {
    const times = [smoothingCoefficient(attackMs, 44100), smoothingCoefficient(releaseMs, 44100)];
    const expected = inputs.map((input) => {
      const output = new Float64Array(input.length);
      branching(input, output, ...times);
      return output;
    });
    for (const backend of ['reference', 'wasm']) {
      const { signals, run } = follower(backend, inputs, ...times);
      run();
      signals.forEach((signal, n) => {
        for (let i = 0; i < signal.length; i++) {
          largest = Math.max(largest, Math.abs(signal[i] - expected[n][i]));
        }
      });
    }
  }
  return largest;
}

export async function run() {
  const times = [smoothingCoefficient(10, 44100), smoothingCoefficient(100, 44100)];
  const rows = [];
  for (const samples of [1024, 44100, 441000, 4410000]) {
    const inputs = rectifiedNoise(samples);
    const outputs = inputs.map(() => new Float64Array(samples));
    const reference = follower('reference', inputs, ...times);
    const wasm = follower('wasm', inputs, ...times);
    const figures = await nanosecondsPerUnit('envelope', 2 * samples, {
      branching() {
        for (let n = 0; n < inputs.length; n++) branching(inputs[n], outputs[n], ...times);
      },
      reference: () => reference.run(),
      wasm: () => wasm.run(),
    });
    rows.push({
      samples,
      ...figures,
      ratio: figures.branching / figures.wasm,
      difference: difference(inputs),
    });
  }
  printTable(rows);
  return rows;
}
