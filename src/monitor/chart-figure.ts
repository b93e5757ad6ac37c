import { CHART_WIDTH } from './chart-parts.ts';
import { type ChartOption, chartSvg } from './chart-svg.ts';
import { escaped } from './html-text.ts';

/** A chart as it stands in a page; `title` is read to who can't see it. */
export function figure(name: string, title: string, option: ChartOption, height: number): string {
  const drawing = chartSvg(option, CHART_WIDTH, height).replace(
    '<svg ',
    `<svg viewBox="0 0 ${CHART_WIDTH} ${height}" role="img" aria-label="${escaped(title)}" `,
  );
  return `<figure data-chart="${name}">${drawing}</figure>`;
}
