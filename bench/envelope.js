// How fast is the envelope follower? The branching loop that everyone writes first, the reference, the wasm kernel and
// Numba, over buffers of 1,024 to 4,410,000 samples, stereo, 64-bit; and whether the results are the same.
import { Envelope, smoothingCoefficient } from '../dist/dsp/dynamics/envelope.js';
import { KernelMemory, StateMemory } from '../dist/dsp/kernel-memory.js';
import { accuracyColumns } from './compare-backends.js';
import { differenceOf } from './difference.js';
import { RATE } from './material.js';
import { inTurns, mapValues, printTable, spread } from './measure.js';
import { PythonPeer } from './peers.js';

export const question =
  'ns per sample and channel of an envelope follower, 10 ms attack, 100 ms release, stereo';

const CHANNELS = 2;
const TIMES = [smoothingCoefficient(10, RATE), smoothingCoefficient(100, RATE)];

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

/** Works in place, over and over: both backends are free of branches, so their time does not depend on the values. */
function follower(backend, inputs) {
  const state = new StateMemory(new KernelMemory(backend, 1 << 28));
  const envelope = new Envelope(state, CHANNELS);
  envelope.set(...TIMES);
  const signals = inputs.map((input) => {
    const signal = state.memory.f64(input.length);
    signal.set(input);
    return signal;
  });
  return { signals, run: () => envelope.process(signals, signals[0].length) };
}

/** What a follower makes of the inputs from rest. */
function envelopesOf(backend, inputs) {
  const { signals, run } = follower(backend, inputs);
  run();
  return signals;
}

/** ns per sample and channel of so many calls, with the short buffers called often as in bench/peers/envelope.py. */
function perSample(samples, run) {
  const repeats = Math.max(1, Math.floor(200_000 / samples));
  return () => {
    const began = performance.now();
    for (let n = 0; n < repeats; n++) run();
    return ((performance.now() - began) * 1e6) / (repeats * samples * CHANNELS);
  };
}

export async function run({ full }) {
  const rows = [];
  let missing = null;
  let figures = {};
  for (const samples of full ? [1024, 44100, 441000, 4410000] : [1024, 44100, 441000]) {
    const inputs = rectifiedNoise(samples);
    const outputs = inputs.map(() => new Float64Array(samples));
    const [reference, wasm] = ['reference', 'wasm'].map((backend) => follower(backend, inputs));
    const peer = await PythonPeer.start('envelope.py', samples, CHANNELS);
    if (peer === null) missing = 'NumPy, SciPy and Numba';
    const repeats = Math.max(1, Math.floor(200_000 / samples));
    const numba = (dtype) => async () => ((await peer.seconds(dtype)) * 1e9) / (repeats * samples * CHANNELS);
    const tasks = {
      branching: perSample(samples, () => {
        for (let n = 0; n < CHANNELS; n++) branching(inputs[n], outputs[n], ...TIMES);
      }),
      reference: perSample(samples, reference.run),
      wasm: perSample(samples, wasm.run),
      ...(peer && { 'Numba f64': numba('f64'), 'Numba f32': numba('f32') }),
    };
    const spreads = mapValues(await inTurns(tasks, full && samples < 1e6 ? 25 : 7), spread);
    await peer?.end();
    const best = peer && Math.min(spreads['Numba f64'].median, spreads['Numba f32'].median);
    if (peer && samples === RATE) figures = { envelope: best / spreads.wasm.median };
    rows.push({
      samples,
      ...mapValues(spreads, ({ median }) => median),
      'wasm min': spreads.wasm.min,
      'wasm max': spreads.wasm.max,
      'Numba / wasm': peer && best / spreads.wasm.median,
      ...accuracyColumns(differenceOf(envelopesOf('reference', inputs), envelopesOf('wasm', inputs))),
    });
  }
  printTable(rows);
  if (missing) console.log(`not installed: ${missing}`);
  return { rows, missing, figures };
}
