import { LineChart } from 'echarts/charts';
import {
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([
  LineChart,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

/** What a chart looks like, in ECharts' terms. */
export type ChartOption = EChartsCoreOption;

/** Draws a chart as the text of an SVG, with no browser and no script in it. */
export function chartSvg(option: ChartOption, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    // A picture fills its place: its pixels are times and pitches, not squares.
    return chart.renderToSVGString().replaceAll('<image ', '<image preserveAspectRatio="none" ');
  } finally {
    chart.dispose();
  }
}
