import type { AnalysisCurves, Verdict } from './analysis.ts';
import { CHARTS, spectrumChange } from './analysis-charts.ts';
import {
  channelTable,
  figureTable,
  inputLine,
  type NamedAnalysis,
  type Table,
  verdictTable,
} from './analysis-tables.ts';
import { figure } from './chart-figure.ts';
import { CHART_WIDTH } from './chart-parts.ts';
import { chartSvg } from './chart-svg.ts';
import { escaped } from './html-text.ts';
import { pageStart } from './page-start.ts';
import { PAGE_STYLE } from './page-style.ts';

/** An analysis with what its charts are drawn from. */
export interface DrawnAnalysis extends NamedAnalysis {
  readonly curves: AnalysisCurves;
}

/** Analyses as one self-contained HTML page: tables, verdicts and ready drawings, without a script. */
export function analysisPage(inputs: readonly DrawnAnalysis[], version: string): string {
  const several = inputs.length > 1;
  const title = several ? inputs.map(({ name }) => name).join(', ') : inputs[0].name;
  return `${pageStart(`${title}: audio analysis`, PAGE_STYLE)}
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
