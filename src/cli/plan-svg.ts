import { instance } from '@viz-js/viz';

/** Lays out a graph in the language of Graphviz and draws it as SVG. */
export async function renderSvg(dot: string): Promise<string> {
  return (await instance()).renderString(dot, { format: 'svg' });
}
