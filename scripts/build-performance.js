// node scripts/build-performance.js [RESULT.json]: writes docs/performance.md and the plots in docs/performance/ from a full run
// of the benches (bench/results/full.json unless another is named), with docs/performance-notes.md at its end.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const report = JSON.parse(readFileSync(process.argv[2] ?? path('bench/results/full.json'), 'utf8'));
const { machine, peers, results, targets } = report;

const COLOURS = ['#2456a6', '#c2571a', '#2c8a57', '#8a4fa3', '#777777', '#b8860b', '#111111'];

/** Lines over what was measured, evenly spaced, as the text of an SVG; all of them have the same places. */
function plot({ title, x, y, series, logarithmic = true }) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 410 });
  const axis = { nameLocation: 'middle', nameTextStyle: { color: '#333' }, axisLabel: { color: '#333' } };
  const values = series[0].points.map(([at]) => at);
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    color: COLOURS,
    title: { text: title, left: 'center', textStyle: { fontSize: 15, fontWeight: 'normal' } },
    legend: { bottom: 0, itemGap: 22 },
    grid: { left: 70, right: 30, top: 45, bottom: 110 },
    xAxis: {
      type: 'category',
      data: values,
      boundaryGap: false,
      name: x,
      nameGap: 28,
      ...axis,
    },
    yAxis: { type: logarithmic ? 'log' : 'value', name: y, nameGap: 50, ...axis },
    series: series.map(({ name, points }) => ({
      type: 'line',
      name,
      data: points.map(([, value]) => value),
      symbol: 'circle',
      symbolSize: 7,
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** One line of a plot for each named column of the rows. */
const columns = (rows, at, names) =>
  names
    .filter((name) => name in rows[0])
    .map((name) => ({ name, points: rows.map((row) => [row[at], row[name]]) }));

const perFrame = (file, title, rows, at) => ({
  file,
  title,
  svg: { title, x: at, y: 'ns per stereo frame', series: columns(rows, at, ['reference', 'wasm']) },
});

function plots() {
  const { graph, whole, memory } = results;
  if (!graph || !whole || !memory) throw new Error('expected a run with graph, whole and memory');
  const chains = ['chain, ours', 'chain, ffmpeg', 'chain, Faust C++', 'chain, ours, reference'];
  const runs = [...whole.durations, ...whole.rows];
  return [
    perFrame(
      'block-size',
      'EQ, compressor and limiter by block size, samples in memory',
      graph.blockSizes,
      'block frames',
    ),
    perFrame('stages', 'One-band EQs by their number, samples in memory', graph.stageCounts, 'eq stages'),
    {
      file: 'duration',
      title: 'Whole processes by length of the input',
      svg: {
        title: 'Whole processes by length of the input',
        x: 'seconds of audio',
        y: 'times real time',
        series: chains
          .map((name) => ({
            name,
            points: runs
              .filter(({ what }) => what === name)
              .map((row) => [row.seconds, row['x real time']])
              .sort(([a], [b]) => a - b),
          }))
          .filter(({ points }) => points.length > 0),
      },
    },
    {
      file: 'memory',
      title: 'Peak resident memory by length of the input',
      svg: {
        title: 'Peak resident memory by length of the input',
        x: 'seconds of audio',
        y: 'MB',
        logarithmic: false,
        series: columns(
          memory.rows,
          'seconds',
          Object.keys(memory.rows[0]).filter((name) => name !== 'seconds'),
        ),
      },
    },
  ];
}

/** A cell: numbers to three figures, nothing for what is not there. */
const cell = (value) =>
  (typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(3)))
    : String(value ?? '')
  ).replaceAll('|', '\\|');

function table(rows) {
  if (rows.length === 0) return 'Not measured.';
  const names = Object.keys(rows[0]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(names),
    line(names.map((name) => (typeof rows[0][name] === 'number' ? '--:' : '---'))),
    ...rows.map((row) => line(names.map((name) => cell(row[name])))),
  ].join('\n');
}

function circumstances() {
  const missing = Object.keys(peers).filter((name) => peers[name] === null);
  const versions = Object.entries(peers).flatMap(([name, version]) => (version ? `${name}: ${version}` : []));
  return [
    `Measured on ${machine.date.slice(0, 10)}, commit ${machine.commit}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}. Load ${machine.load.join(', ')} before, ${machine.loadAfter.join(', ')} after.`,
    ...versions.map((version) => `- ${version}`),
    ...(missing.length > 0 ? [`- not installed: ${missing.join(', ')}`] : []),
  ].join('\n');
}

/** A question's heading and all tables of its result. */
function section(name) {
  const { question, rows, ...rest } = results[name];
  const parts = [`### ${name}`, `${question[0].toUpperCase()}${question.slice(1)}.`];
  if (rows?.length) parts.push(table(rows));
  for (const [title, value] of Object.entries(rest)) {
    const list = Array.isArray(value) ? value : value?.rows;
    if (Array.isArray(list) && typeof list[0] === 'object')
      parts.push(`${WORDS[title] ?? title}:`, table(list));
  }
  return parts.join('\n\n');
}

const WORDS = {
  blocks: 'Psychoacoustic EQ, us per stereo block of 4096 frames',
  blockSizes: 'The chain by block size, ns per frame',
  stageCounts: 'EQ stages by number, ns per frame',
  pipes: 'Bytes through a pipe, seconds for 600 s of s16 stereo',
  durations: 'Shorter inputs',
  threshold: 'Where threads begin to pay',
};

function accuracyNote() {
  if (!results.accuracy) return 'Not measured.';
  const { seconds, bitEqual, correlation, largest, mse, 'third octaves apart': apart } = results.accuracy;
  return `A stereo piece of ${seconds} s through the mastering pipeline: the backends give ${bitEqual ? 'the same bits' : 'NOT the same bits'} (correlation ${correlation}, largest difference ${largest}, mean squared error ${mse}, third octaves at most ${apart} dB apart). The tables show the same figures kernel by kernel.`;
}

/** A heading of the notes as a link to it. */
const link = (heading) =>
  `[${heading}](#${heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')})`;

const drawn = plots();
mkdirSync(path('docs/performance'), { recursive: true });
for (const { file, svg } of drawn) writeFileSync(path(`docs/performance/${file}.svg`), `${plot(svg)}\n`);

writeFileSync(
  path('docs/performance.md'),
  `${[
    '# Performance',
    '<!-- Generated by scripts/build-performance.js from a full run of the benches. Not for editing. -->',
    'Measure it yourself: `npm run bench -- full`, or the quick form without `full`, or single questions by name. Peers that are not installed are left out and named. All rivals run in turns on the same input; a figure is the median, beside its extremes. Ratios hold from machine to machine, absolute times do not.',
    circumstances(),
    '## What is promised, and what came of it',
    table(targets.map(({ note, ...row }) => ({ ...row, note: note && link(note) }))),
    ...drawn.map(({ file, title }) => `![${title}](performance/${file}.svg)`),
    '## Accuracy',
    accuracyNote(),
    '## Questions',
    ...Object.keys(results).map(section),
    readFileSync(path('docs/performance-notes.md'), 'utf8').trim(),
  ].join('\n\n')}\n`,
);
console.log(`docs/performance.md and ${drawn.length} plots, from ${machine.commit} of ${machine.date}`);
