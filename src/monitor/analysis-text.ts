import {
  channelTable,
  figureTable,
  inputLine,
  type NamedAnalysis,
  type Table,
  verdictTable,
} from './analysis-tables.ts';

/** Rows as text in columns, two spaces apart. */
function columns(table: Table): string {
  const widths = (table[0] ?? []).map((_, c) => Math.max(...table.map((row) => row[c].length)));
  return table
    .map(
      (row) =>
        `${row
          .map((cell, c) => cell.padEnd(widths[c]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** One analysis as tables for people, or several side by side. */
export function analysisText(inputs: readonly NamedAnalysis[]): string {
  const heads = inputs.map((input) => `${inputLine(input)}\n`).join('');
  const parts = [heads, columns(figureTable(inputs))];
  if (inputs.length === 1) parts.push(columns(channelTable(inputs[0].analysis)));
  for (const { name, analysis } of inputs) {
    if (!analysis.verdict) continue;
    const { target, source, pass } = analysis.verdict;
    const whose = inputs.length > 1 ? `${name}: ` : '';
    parts.push(
      `${whose}${target}: ${pass ? 'pass' : 'FAIL'} (${source})\n${columns(verdictTable(analysis.verdict))}`,
    );
  }
  return parts.filter((part) => part !== '').join('\n');
}
