import type { AnalysisCurves, Verdict } from './analysis.ts';
import { CHART_WIDTH, CHARTS, spectrumChange } from './analysis-charts.ts';
import {
  channelTable,
  figureTable,
  inputLine,
  type NamedAnalysis,
  type Table,
  verdictTable,
} from './analysis-tables.ts';
import { type ChartOption, chartSvg } from './chart-svg.ts';
import { escaped } from './html-text.ts';

/** An analysis with what its charts are drawn from. */
export interface DrawnAnalysis extends NamedAnalysis {
  readonly curves: AnalysisCurves;
}

const STYLE = `
:root { color-scheme: light; }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 1000px; background: #fff; color: #24292f;
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
body.several { max-width: 1600px; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
p { margin: .15rem 0; color: #57606a; overflow-wrap: anywhere; }
.tables { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: flex-start; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .75rem 0; }
td, th { padding: .2rem .9rem .2rem 0; text-align: left; border-bottom: 1px solid #d9dee3; font-weight: normal; }
th { color: #57606a; }
.number { text-align: right; }
.pass { color: #187a3c; font-weight: 600; }
.fail { color: #c9252d; font-weight: 600; }
.row { display: flex; gap: 1rem; }
figure { margin: .5rem 0 0; flex: 1 1 0; min-width: 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
footer { margin-top: 2rem; color: #57606a; font-size: .85rem; }
@page { margin: 14mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; }
  .tables { gap: 0 1.5rem; }
  td, th { padding: .1rem .6rem .1rem 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, table { break-inside: avoid; }
}
`;

/** Analyses as one self-contained HTML page: tables, verdicts and ready drawings, without a script. */
export function analysisPage(inputs: readonly DrawnAnalysis[], version: string): string {
  const several = inputs.length > 1;
  const title = several ? inputs.map(({ name }) => name).join(', ') : inputs[0].name;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(title)}: audio analysis</title>
<style>${STYLE}</style>
</head>
<body${several ? ' class="several"' : ''}>
<h1>Audio analysis</h1>
${inputs.map((input) => `<p>${escaped(inputLine(input))}</p>`).join('\n')}
${verdicts(inputs)}
<div class="tables">
${table(figureTable(inputs), several)}
${several ? '' : table(channelTable(inputs[0].analysis), true)}
</div>
${charts(inputs)}
<footer>auralis-stream ${escaped(version)}. Loudness after ITU-R BS.1770-5 and EBU R 128, loudness range after EBU Tech 3342, true peak after BS.1770-5 Annex 2. Of an input with more to show than a curve has points, loudness and peaks are the highest of each step, RMS and correlation the mean.</footer>
</body>
</html>
`;
}

/** A chart as an SVG of its own. */
export function chartPicture({ analysis, curves }: DrawnAnalysis, name: string): string {
  const chart = CHARTS.find((one) => one.name === name) ?? CHARTS[0];
  const source = { curves, duration: analysis.duration, verdict: analysis.verdict, beside: [curves] };
  return chartSvg(chart.option(source), CHART_WIDTH, chart.height);
}

function charts(inputs: readonly DrawnAnalysis[]): string {
  const beside = inputs.map(({ curves }) => curves);
  const rows = CHARTS.map(({ name, title, height, option }) => {
    const drawings = inputs.map((input) => {
      const { duration, verdict } = input.analysis;
      const source = { curves: input.curves, duration, verdict, beside };
      return figure(name, inputs.length > 1 ? `${title}: ${input.name}` : title, option(source), height);
    });
    return row(drawings);
  });
  const [first, ...others] = inputs;
  const changes = others.map(({ name, curves }) =>
    figure('spectrum-change', `${name} against ${first.name}`, spectrumChange(first.curves, curves), 240),
  );
  // The first column is that of the input that the others are compared with.
  const place = CHARTS.findIndex(({ name }) => name === 'spectrum') + 1;
  if (changes.length > 0) rows.splice(place, 0, row(['<figure></figure>', ...changes]));
  return rows.join('\n');
}

const row = (drawings: readonly string[]): string => `<div class="row">\n${drawings.join('\n')}\n</div>`;

function figure(name: string, title: string, option: ChartOption, height: number): string {
  const drawing = chartSvg(option, CHART_WIDTH, height).replace(
    '<svg ',
    `<svg viewBox="0 0 ${CHART_WIDTH} ${height}" role="img" aria-label="${escaped(title)}" `,
  );
  return `<figure data-chart="${name}">${drawing}</figure>`;
}

function table(rows: Table, titled: boolean): string {
  if (rows.length === 0) return '';
  const lines = rows.map((row, r) => {
    const head = titled && r === 0;
    const cells = row.map((cell, c) => {
      const isNumber = c > 0 && c < row.length - 1;
      const tag = head ? 'th' : 'td';
      return `<${tag}${isNumber ? ' class="number"' : ''}>${escaped(cell.trim())}</${tag}>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table>\n${lines.join('\n')}\n</table>`;
}

function verdicts(inputs: readonly NamedAnalysis[]): string {
  return inputs
    .flatMap(({ name, analysis }) =>
      analysis.verdict ? [verdict(inputs.length > 1 ? `${name}: ` : '', analysis.verdict)] : [],
    )
    .join('\n');
}

function verdict(whose: string, given: Verdict): string {
  const rows = verdictTable(given).map(([result, ...cells]) => {
    const rest = cells.map((cell) => `<td>${escaped(cell)}</td>`).join('');
    return `<tr><td class="${result.toLowerCase()}">${result}</td>${rest}</tr>`;
  });
  const word = given.pass ? 'pass' : 'fail';
  return `<h2>${escaped(`${whose}${given.target}`)}: <span class="${word}">${word}</span></h2>
<p>${escaped(given.source)}</p>
<table>
${rows.join('\n')}
</table>`;
}
