import {
  channelTable,
  figureTable,
  inputLine,
  type NamedAnalysis,
  verdictTable,
} from '../monitor/analysis-tables.ts';
import { textTable } from '../monitor/text-table.ts';

/** One analysis as tables for people, or several side by side. */
export function analysisText(inputs: readonly NamedAnalysis[]): string {
  const heads = inputs.map((input) => `${inputLine(input)}\n`).join('');
  const parts = [heads, textTable(figureTable(inputs))];
  if (inputs.length === 1) parts.push(textTable(channelTable(inputs[0].analysis)));
  for (const { name, analysis } of inputs) {
    if (!analysis.verdict) continue;
    const { target, source, pass } = analysis.verdict;
    const whose = inputs.length > 1 ? `${name}: ` : '';
    parts.push(
      `${whose}${target}: ${pass ? 'pass' : 'FAIL'} (${source})\n${textTable(verdictTable(analysis.verdict))}`,
    );
  }
  return parts.filter((part) => part !== '').join('\n');
}
