import { figure } from './chart-figure.ts';
import { clockTime } from './clock-time.ts';
import {
  balanceChart,
  curvesChart,
  type SizedChart,
  spectrumChart,
  timelineChart,
} from './decision-charts.ts';
import { type DecisionStory, type Episode, episodesOf } from './decision-story.ts';
import { escaped } from './html-text.ts';
import { pageStart } from './page-start.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { ProgrammeFigures } from './run-figures.ts';

/** Most rows of the table. */
const ROWS = 500;

const OWN_STYLE = `
table.why { width: 100%; }
table.why td, table.why th { vertical-align: top; padding-right: .75rem; }
table.why td:nth-child(1), table.why td:nth-child(2) { white-space: nowrap; color: #57606a; }
table.why td:nth-child(3) { white-space: nowrap; font-weight: 600; }
table.why td:nth-child(4) { min-width: 9rem; }
.rule { color: #57606a; white-space: nowrap; }
.measured { color: #57606a; }
@media print { table.why { break-inside: auto; } tr { break-inside: avoid; } thead { display: table-header-group; } }
`;

/** What a decision log tells as one self-contained HTML page: a timeline, spectra, and every decision with its reason. */
export function decisionPage(story: DecisionStory, version: string): string {
  const { name, duration, decisions, untold } = story;
  const episodes = episodesOf(decisions);
  const told = episodes.slice(0, ROWS);
  const charts: readonly (readonly [string, string, SizedChart | null])[] = [
    ['timeline', 'Loudness and parameters over time', duration > 0 ? timelineChart(story, told) : null],
    ['spectrum', 'Spectrum before and after', spectrumChart(story)],
    ['balance', 'Change of the balance', balanceChart(story)],
    ['curves', 'Curves decided on', curvesChart(story)],
  ];
  const left = episodes.length - told.length + untold;
  return `${pageStart(`${name}: decisions`, PAGE_STYLE + OWN_STYLE)}
<body>
<h1>What was decided, and why</h1>
<p>${escaped(name)}: ${clockTime(duration)}, ${counted(decisions.length + untold, 'decision')}</p>
${programmeTable(story)}
${charts.map(([id, title, chart]) => (chart === null ? '' : figure(id, title, chart.option, chart.height))).join('\n')}
<h2>Decisions</h2>
<table class="why">
<thead><tr><th>#</th><th>time</th><th>parameter</th><th>from, to</th><th>why</th></tr></thead>
<tbody>
${told.map(row).join('\n')}
</tbody>
</table>
${left > 0 ? `<p>and ${left} more</p>` : ''}
<footer>auralis-stream ${escaped(version)}. Numbers above the loudness are those of the table. Steps of one rule that follow each other are one row.${
    story.loudness.length === 0 ? ' The log holds no loudness.' : ''
  }${story.programme === null ? ' It ends before the programme did, so it holds no spectrum.' : ''}</footer>
</body>
</html>
`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function row(
  { time, end, stage, parameter, from, to, steps, rule, because, measured }: Episode,
  n: number,
): string {
  const when = end > time ? `${clockTime(time)} to ${clockTime(end)}` : clockTime(time);
  const what = stage === null ? '' : `${stage}.${parameter}`;
  const way = stage === null ? 'nothing moves' : `${shown(from)} → ${shown(to)}`;
  const many = steps > 1 ? ` in ${steps} steps` : '';
  const figures = Object.entries(measured).map(([name, value]) => `${name} ${shown(value)}`);
  const why = `${escaped(because)} <span class="rule">${escaped(rule)}</span>`;
  const seen = figures.length > 0 ? `<br><span class="measured">${escaped(figures.join(', '))}</span>` : '';
  const cells = [String(n + 1), when, escaped(what), escaped(`${way}${many}`), `${why}${seen}`];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

/** A value in a cell: numbers to a hundredth, of a curve its ends. */
function shown(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(100 * value) / 100);
  if (Array.isArray(value) && value.every((one) => typeof one === 'number')) {
    const [low, high] = [Math.min(...value), Math.max(...value)];
    return `${value.length} bands, ${low.toFixed(1)} to ${high.toFixed(1)} dB`;
  }
  return value === null || value === undefined ? 'unset' : String(value);
}

const FIGURES: readonly (readonly [string, (figures: ProgrammeFigures) => number | null])[] = [
  ['Loudness, LUFS', ({ loudness }) => loudness],
  ['Loudness range, LU', ({ range }) => range],
  ['RMS, dBFS', ({ rms }) => rms],
  ['True peak, dBTP', ({ truePeak }) => truePeak],
  ['Crest, dB', ({ crest }) => crest],
];

/** The programme's figures before and after. */
function programmeTable({ programme }: DecisionStory): string {
  if (programme === null) return '';
  const { before, after, correlation } = programme;
  const level = (value: number | null): string =>
    value === null ? '-' : Number.isFinite(value) ? value.toFixed(1) : '-inf';
  const rows = FIGURES.map(([name, of]) => [name, level(of(before)), level(of(after))]);
  rows.push(['Correlation of the two', '', correlation === null ? '-' : correlation.toFixed(3)]);
  const line = ([name, ...cells]: readonly string[], tag: string): string =>
    `<tr><${tag}>${name}</${tag}>${cells.map((cell) => `<${tag} class="number">${cell}</${tag}>`).join('')}</tr>`;
  return `<table>\n${[line(['', 'before', 'after'], 'th'), ...rows.map((cells) => line(cells, 'td'))].join('\n')}\n</table>`;
}
