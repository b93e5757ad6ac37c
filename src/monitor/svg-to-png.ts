import { readFile } from 'node:fs/promises';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

/** The renderer's binary, which the bundle keeps beside its chunks. */
const WASM = new URL('./resvg.wasm', import.meta.url);

/** Pixels of the picture for one of the SVG. */
const ZOOM = 2;

let ready: Promise<void> | undefined;

/** Draws an SVG as a PNG, its text in one font, given as the bytes of a TTF or OTF. */
export async function svgToPng(svg: string, font: Uint8Array): Promise<Uint8Array> {
  ready ??= readFile(WASM).then((bytes) => initWasm(bytes));
  await ready;
  const drawing = new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: ZOOM },
    font: { fontBuffers: [font] },
  });
  return drawing.render().asPng();
}
