// The chain of the whole-process benches, and the same work in the words of its peers.
const BANDS = [
  [120, 2],
  [1000, -2],
  [8000, 2],
];

/** Three bands, as pipeline. */
export const THREE_EQ = {
  stages: [{ stage: 'eq', bands: BANDS.map(([freq, gain]) => ({ freq, gain, q: 1 })) }],
};

/** Three bands, a compressor, a limiter of sample peaks. */
export const CHAIN = {
  stages: [
    ...THREE_EQ.stages,
    { stage: 'compressor', threshold: -18, ratio: 2, attack: 20, release: 250, knee: 9, makeup: 3 },
    { stage: 'limiter', mode: 'samplePeak', ceiling: -1, lookahead: 5, release: 50 },
  ],
};

/** The same with a limiter of true peaks. */
export const TRUE_PEAK_CHAIN = {
  stages: CHAIN.stages.map((stage) => (stage.mode ? { ...stage, mode: 'truePeak' } : stage)),
};

const EQUALIZERS = BANDS.map(([f, g]) => `equalizer=f=${f}:t=q:w=1:g=${g}`);

/** The chain as ffmpeg's filters. */
export const FFMPEG_CHAIN = [
  ...EQUALIZERS,
  'acompressor=threshold=-18dB:ratio=2:attack=20:release=250:knee=2.828:makeup=1.41',
  'alimiter=limit=-1dB:level=0:attack=5:release=50',
].join(',');

/** The three bands as SoX's effects. */
export const SOX_EQ = BANDS.map(([f, g]) => `equalizer ${f} 1q ${g}`).join(' ');
