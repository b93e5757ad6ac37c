import { relative, sep } from 'node:path';
import { type BatchReport, realTimeFactor, type TrackFigures, type TrackReport } from './batch-report.ts';
import { clockTime } from './clock-time.ts';
import { escaped } from './html-text.ts';
import { pageStart } from './page-start.ts';

const STYLE = `
:root { color-scheme: light; }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 1500px; background: #fff; color: #24292f;
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
p { margin: .15rem 0; color: #57606a; }
table { border-collapse: collapse; width: 100%; margin: 1.25rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .4rem; text-align: left; vertical-align: top; border-bottom: 1px solid #d9dee3; }
th { color: #57606a; font-weight: 600; white-space: nowrap; vertical-align: bottom; }
th.group { text-align: center; padding-bottom: 0; border: 0; }
th[data-column] { cursor: pointer; border-bottom: 2px solid #adb5bd; }
th[aria-sort=ascending]::after { content: " ▲"; }
th[aria-sort=descending]::after { content: " ▼"; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.path { overflow-wrap: anywhere; min-width: 12rem; }
td.words { overflow-wrap: anywhere; min-width: 13rem; color: #57606a; }
td.finished, td.done { color: #187a3c; }
td.failed { color: #c9252d; font-weight: 600; }
td.cancelled { color: #8a5a00; }
td.skipped { color: #57606a; }
footer { margin-top: 2rem; color: #57606a; font-size: .85rem; }
@page { size: landscape; margin: 12mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 8pt; }
  th, td { padding: .1rem .35rem; }
  td.path, td.words { min-width: 6rem; }
  footer { font-size: 7pt; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  th[aria-sort]::after { content: "" !important; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/** Sorts the table by the column whose title is clicked, numbers by value, empty cells last. */
const SCRIPT = `
const body = document.querySelector('tbody');
const titles = document.querySelectorAll('th[data-column]');
titles.forEach((title) => title.addEventListener('click', () => {
  const down = title.getAttribute('aria-sort') === 'ascending';
  titles.forEach((other) => other.removeAttribute('aria-sort'));
  title.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const n = title.dataset.column;
  const key = (row) => row.cells[n].dataset.value ?? row.cells[n].textContent;
  const order = title.classList.contains('number') ? (a, b) => a - b : (a, b) => a.localeCompare(b);
  body.append(...[...body.rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === '' || y === '') return (x === '') - (y === '');
    return down ? order(y, x) : order(x, y);
  }));
}));
`;

/** A column: title, what several have in common, and what stands in it. */
interface Column {
  readonly title: string;
  /** Stands over neighbours that have the same. */
  readonly group?: string;
  readonly kind: 'link' | 'number' | 'path' | 'status' | 'words';
  readonly of: (track: TrackReport) => number | string | null | undefined;
  /** A number as text. */
  readonly text?: (value: number) => string;
}

const digits =
  (count: number) =>
  (value: number): string =>
    Number.isFinite(value) ? value.toFixed(count).replace('-', '−') : '−∞';

/** The same figure before and after. */
function pair(group: string, figure: keyof TrackFigures, text: (value: number) => string): readonly Column[] {
  return [
    { title: 'before', group, kind: 'number', of: ({ before }) => before?.[figure], text },
    { title: 'after', group, kind: 'number', of: ({ after }) => after?.[figure], text },
  ];
}

const COLUMNS: readonly Column[] = [
  { title: 'Track', kind: 'path', of: ({ input }) => input },
  { title: 'Status', kind: 'status', of: ({ status }) => status },
  ...pair('Loudness, LUFS', 'integrated', digits(2)),
  ...pair('True peak, dBTP', 'truePeak', digits(2)),
  ...pair('Range, LU', 'range', digits(1)),
  { title: 'Gain, dB', kind: 'number', of: ({ moves }) => moves?.gain, text: digits(2) },
  { title: 'Length', kind: 'number', of: ({ seconds }) => seconds, text: clockTime },
  { title: 'Took, s', kind: 'number', of: ({ elapsed }) => elapsed, text: digits(2) },
  { title: '× real time', kind: 'number', of: realTimeFactor, text: digits(0) },
  { title: 'Decisions', kind: 'link', of: ({ decisions }) => decisions },
  { title: 'Remarks', kind: 'words', of: remarks },
];

/**
 * The report of a batch as one self-contained HTML page: a table that a click on a title sorts, and that prints. Links are
 * from the folder that it is in.
 */
export function batchPage(report: BatchReport, folder: string): string {
  const { version, began, work, jobs, elapsed, count, tracks } = report;
  // Such as gains where a pipeline chose none; what is there before is compared with what is there after.
  const columns = COLUMNS.filter(
    ({ group, of }) => group !== undefined || tracks.some((track) => (of(track) ?? '') !== ''),
  );
  const counts = Object.entries(count).flatMap(([status, n]) => (n > 0 ? [`${n} ${status}`] : []));
  return `${pageStart(`${work}: ${tracks.length} tracks`, STYLE)}
<body>
<h1>${escaped(work)}</h1>
<p>${tracks.length} tracks: ${counts.join(', ')}</p>
<p>${began.slice(0, 16).replace('T', ' ')} UTC, ${clockTime(elapsed)}, ${jobs} at a time</p>
<table>
<thead>
${heads(columns)}
</thead>
<tbody>
${tracks.map((track) => row(track, columns, folder)).join('\n')}
</tbody>
</table>
<footer>auralis-stream ${escaped(version)}. Loudness in LUFS after ITU-R BS.1770-5, true peak in dBTP after its Annex 2, loudness range in LU after EBU Tech 3342; after: read from the files that were written.</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Two rows of titles: groups over before and after, all others over both rows. */
function heads(columns: readonly Column[]): string {
  const title = (n: number, span: string): string =>
    `<th scope="col" class="${columns[n].kind}" data-column="${n}"${span}>${columns[n].title}</th>`;
  const upper = columns.map(({ group }, n) => {
    if (group === undefined) return title(n, ' rowspan="2"');
    return columns[n - 1].group === group
      ? ''
      : `<th scope="colgroup" class="group" colspan="2">${group}</th>`;
  });
  const lower = columns.map(({ group }, n) => (group === undefined ? '' : title(n, '')));
  return `<tr>${upper.join('')}</tr>\n<tr>${lower.join('')}</tr>`;
}

function row(track: TrackReport, columns: readonly Column[], folder: string): string {
  const cells = columns.map(({ kind, of, text = String }) => {
    const value = of(track);
    if (typeof value === 'number') return `<td class="number" data-value="${value}">${text(value)}</td>`;
    if (kind === 'link') return `<td class="link">${value ? linkTo(String(value), folder) : ''}</td>`;
    return `<td class="${kind === 'status' ? track.status : kind}">${escaped(value ?? '')}</td>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

/** A link to a file by its way from the folder of the page. */
function linkTo(path: string, folder: string): string {
  const way = relative(folder, path).split(sep).map(encodeURIComponent).join('/');
  return `<a href="${escaped(way)}">log</a>`;
}

/** What went wrong, or what was done beside a gain. */
function remarks({ input, error, moves, warnings }: TrackReport): string {
  const words = [
    ...(error === null ? [] : [error.replace(`${input}: `, '')]),
    ...(moves?.limited ? ['peaks limited'] : []),
    ...(moves?.lowered ? ['as far as the ceiling allows'] : []),
    ...warnings,
  ];
  return words.join('; ');
}
