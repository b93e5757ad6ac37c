// The numbers that the project promises, each with the figure of a bench that it is held against.

/**
 * `figure` is what a bench gives under `figures`; `bound` is a minimum unless `atMost` says otherwise; with `length` the
 * promise is about long inputs, which only a full run has; `note` is a section of docs/performance-notes.md that says where
 * the time goes, what was tried and what stands in the way.
 */
export const TARGETS = [
  { work: 'chain, 600 s, wall time: ffmpeg / ours', figure: 'chainWall', length: true, bound: 4 },
  {
    work: 'chain, 600 s, CPU time: ours / ffmpeg',
    figure: 'chainCpu',
    length: true,
    bound: 0.4,
    atMost: true,
  },
  {
    work: 'true-peak chain, wall time: ffmpeg (at sample peak) / ours',
    figure: 'truePeakWall',
    length: true,
    bound: 3,
  },
  {
    work: 'chain, CPU time: Faust C++ -O3 / ours',
    figure: 'faustCpu',
    length: true,
    bound: 1.6,
    note: 'Where 600 s of the chain go',
  },
  {
    work: 'three equalisers, wall time: SoX / ours',
    figure: 'soxWall',
    length: true,
    bound: 5,
    note: 'Where 600 s of three equalisers go',
  },
  {
    work: 'envelope follower, 1 s buffers, per sample: Numba / ours',
    figure: 'envelope',
    bound: 2,
    note: 'Envelope follower',
  },
  {
    work: 'psychoacoustic EQ, per block, gains alone or listening: NumPy / ours',
    figure: 'psychoacoustic',
    bound: 5,
  },
  { work: 'spectrum analysis, one thread: SciPy / ours', figure: 'spectrum', length: true, bound: 3 },
  {
    work: 'spectrum analysis, two threads, times real time',
    figure: 'spectrumRealTime',
    length: true,
    bound: 600,
  },
  {
    work: 'spectrum analysis: one thread / two threads',
    figure: 'spectrumThreads',
    length: true,
    bound: 1.6,
  },
  {
    work: 'loudness with true peak, wall time: ffmpeg / ours',
    figure: 'loudnessWall',
    length: true,
    bound: 4,
  },
  {
    work: 'adaptive master, one pass, times real time of one core of this machine',
    figure: 'adaptive',
    bound: 200,
    note: 'Where a stream’s own mastering goes',
  },
  {
    work: 'the same, an hour of audio instead of ten minutes',
    figure: 'adaptiveHour',
    length: true,
    bound: 200,
    note: 'Where a stream’s own mastering goes',
  },
  {
    work: 'first byte of output, ms after Node’s own start',
    figure: 'startup',
    bound: 150,
    atMost: true,
    note: 'Start',
  },
  { work: 'peak memory, MB', figure: 'memory', bound: 110, atMost: true },
  {
    work: 'two threads, true-peak chain, wall time: one / two',
    figure: 'threadsWall',
    length: true,
    bound: 1.5,
    note: 'Threads',
  },
  {
    work: 'two threads, three-band graph, wall time: one / two',
    figure: 'threadsGraph',
    length: true,
    bound: 1.5,
    note: 'Threads',
  },
  {
    work: 'the same, an hour of audio',
    figure: 'threadsHour',
    length: true,
    bound: 1.5,
    note: 'Threads',
  },
  {
    work: 'batch of 40 tracks, wall time: --jobs 1 / --jobs 2',
    figure: 'batchJobs',
    length: true,
    bound: 1.8,
    note: 'Batch',
  },
  { work: 'batch of 2,000 tiny files, ms a file', figure: 'batchTiny', bound: 20, atMost: true },
  { work: 'correlation of wasm with reference', figure: 'correlation', bound: 0.9999999 },
];

/** Every target with its figure, as a row: met, NOT met, not measured, or measured on too short an input. */
export function judge(figures, full) {
  return TARGETS.map(({ work, figure, bound, atMost, length, note }) => {
    const { median: value = null, min = null, max = null } = asSpread(figures[figure]);
    const met = atMost ? value <= bound : value >= bound;
    return {
      work,
      target: `${atMost ? 'at most' : 'at least'} ${bound}`,
      figure: value,
      min,
      max,
      verdict: value === null ? 'not measured' : length && !full ? 'needs full' : met ? 'met' : 'NOT met',
      note,
    };
  });
}

const asSpread = (figure) => (typeof figure === 'number' ? { median: figure } : (figure ?? {}));
