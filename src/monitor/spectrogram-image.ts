import { PNG } from 'pngjs';

/** Colours from silence to the loudest, evenly apart: red, green, blue. */
const COLOURS: readonly (readonly [number, number, number])[] = [
  [6, 6, 24],
  [40, 20, 96],
  [112, 28, 120],
  [190, 52, 94],
  [238, 110, 56],
  [252, 186, 68],
  [255, 250, 210],
];

/** The colour of a level between 0 and 1. */
function colourAt(level: number): readonly number[] {
  const place = Math.max(0, Math.min(1, level)) * (COLOURS.length - 1);
  const below = Math.min(COLOURS.length - 2, Math.floor(place));
  return COLOURS[below].map((low, n) => Math.round(low + (place - below) * (COLOURS[below + 1][n] - low)));
}

/** Columns of levels, each from the lowest row up, as a PNG in a data URI; `low` and `high` are the ends of the scale. */
export function spectrogramImage(columns: readonly Float32Array[], low: number, high: number): string {
  const width = Math.max(1, columns.length);
  const height = columns[0]?.length ?? 1;
  const png = new PNG({ width, height });
  columns.forEach((column, x) => {
    column.forEach((level, row) => {
      const at = 4 * ((height - 1 - row) * width + x);
      png.data.set([...colourAt((level - low) / (high - low)), 255], at);
    });
  });
  return `data:image/png;base64,${PNG.sync.write(png, { colorType: 2 }).toString('base64')}`;
}
