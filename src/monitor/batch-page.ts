import { type BatchReport, realTimeFactor, type TrackReport } from './batch-report.ts';
import { clockTime } from './clock-time.ts';
import { escaped } from './html-text.ts';

const STYLE = `
:root { color-scheme: light; }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 1400px; background: #fff; color: #24292f;
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
p { margin: .15rem 0; color: #57606a; }
table { border-collapse: collapse; width: 100%; margin: 1.25rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #d9dee3; }
th { color: #57606a; font-weight: 600; white-space: nowrap; cursor: pointer; border-bottom: 2px solid #adb5bd; }
th[aria-sort=ascending]::after { content: " ▲"; }
th[aria-sort=descending]::after { content: " ▼"; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.path { overflow-wrap: anywhere; min-width: 12rem; }
td.words { overflow-wrap: anywhere; min-width: 10rem; color: #57606a; }
.finished, .done { color: #187a3c; }
.failed { color: #c9252d; font-weight: 600; }
.cancelled { color: #8a5a00; }
.skipped { color: #57606a; }
footer { margin-top: 2rem; color: #57606a; font-size: .85rem; }
@page { size: landscape; margin: 12mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 8pt; }
  th, td { padding: .1rem .35rem; }
  td.path, td.words { min-width: 0; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  th[aria-sort]::after { content: "" !important; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/** Sorts the table by the column whose title is clicked, numbers by value, empty cells last. */
const SCRIPT = `
const body = document.querySelector('tbody');
const titles = [...document.querySelectorAll('th')];
titles.forEach((title, n) => title.addEventListener('click', () => {
  const down = title.getAttribute('aria-sort') === 'ascending';
  titles.forEach((other) => other.removeAttribute('aria-sort'));
  title.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const key = (row) => row.cells[n].dataset.value ?? row.cells[n].textContent;
  const order = title.classList.contains('number') ? (a, b) => a - b : (a, b) => a.localeCompare(b);
  body.append(...[...body.rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === '' || y === '') return (x === '') - (y === '');
    return down ? order(y, x) : order(x, y);
  }));
}));
`;

/** A column: title, unit, and what stands in it: a number with its digits, or words. */
interface Column {
  readonly title: string;
  readonly kind: 'number' | 'path' | 'words';
  readonly digits?: number;
  readonly of: (track: TrackReport) => number | string | null | undefined;
}

const COLUMNS: readonly Column[] = [
  { title: 'Track', kind: 'path', of: ({ input }) => input },
  { title: 'Status', kind: 'words', of: ({ status }) => status },
  { title: 'LUFS before', kind: 'number', digits: 2, of: ({ before }) => before?.integrated },
  { title: 'after', kind: 'number', digits: 2, of: ({ after }) => after?.integrated },
  { title: 'dBTP before', kind: 'number', digits: 2, of: ({ before }) => before?.truePeak },
  { title: 'after', kind: 'number', digits: 2, of: ({ after }) => after?.truePeak },
  { title: 'LRA before', kind: 'number', digits: 1, of: ({ before }) => before?.range },
  { title: 'after', kind: 'number', digits: 1, of: ({ after }) => after?.range },
  { title: 'Gain dB', kind: 'number', digits: 2, of: ({ moves }) => moves?.gain },
  { title: 'Length', kind: 'number', of: ({ seconds }) => seconds },
  { title: 'Took s', kind: 'number', digits: 2, of: ({ elapsed }) => elapsed },
  { title: '× real time', kind: 'number', digits: 0, of: realTimeFactor },
  { title: 'Remarks', kind: 'words', of: remarks },
];

/** The report of a batch as one self-contained HTML page: a table that a click on a title sorts, and that prints. */
export function batchPage(report: BatchReport): string {
  const { version, began, work, jobs, elapsed, count, tracks } = report;
  const counts = Object.entries(count).flatMap(([status, n]) => (n > 0 ? [`${n} ${status}`] : []));
  const titles = COLUMNS.map(({ title, kind }) => `<th scope="col" class="${kind}">${title}</th>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(work)}: ${tracks.length} tracks</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(work)}</h1>
<p>${tracks.length} tracks: ${counts.join(', ')}</p>
<p>${began.slice(0, 16).replace('T', ' ')} UTC, ${clockTime(elapsed)}, ${jobs} at a time</p>
<table>
<thead><tr>${titles.join('')}</tr></thead>
<tbody>
${tracks.map(row).join('\n')}
</tbody>
</table>
<footer>auralis-stream ${escaped(version)}. Loudness in LUFS after ITU-R BS.1770-5, true peak in dBTP after its Annex 2, loudness range in LU after EBU Tech 3342; after: read from the files that were written.</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function row(track: TrackReport): string {
  const cells = COLUMNS.map(({ title, kind, digits, of }) => {
    const value = of(track);
    if (typeof value === 'number') {
      const shown = title === 'Length' ? clockTime(value) : numberText(value, digits ?? 0);
      return `<td class="number" data-value="${value}">${shown}</td>`;
    }
    const mark = title === 'Status' ? ` ${track.status}` : '';
    return `<td class="${kind}${mark}">${escaped(value ?? '')}</td>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

const numberText = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits).replace('-', '−') : '−∞';

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
