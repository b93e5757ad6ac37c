import { statSync } from 'node:fs';
import { outputError, usageError } from '../audio/errors.ts';
import { writeWhole } from '../engine/files/write-whole.ts';
import { CHARTS } from '../monitor/analysis-charts.ts';
import { analysisPage, chartPicture, type DrawnAnalysis } from '../monitor/analysis-page.ts';
import type { Arguments } from './command.ts';
import { oneOf, text } from './option-value.ts';
import { packageVersion } from './package-version.ts';

const KINDS = ['html', 'svg', 'png'] as const;

/** Draws the pictures that the command line asks for. */
export interface Pictures {
  readonly draw: (inputs: readonly DrawnAnalysis[]) => Promise<void>;
}

/** Checks what `--html`, `--svg`, `--png` and `--chart` say before anything is measured. */
export function openPictures(args: Arguments, files: readonly string[]): Pictures {
  const targets = KINDS.flatMap((kind) => {
    const path = text(args, kind);
    return path === undefined ? [] : [{ kind, path }];
  });
  const chart =
    oneOf(
      args,
      'chart',
      CHARTS.map(({ name }) => name),
    ) ?? CHARTS[0].name;
  const single = targets.find(({ kind }) => kind !== 'html');
  if (single && files.length > 1) {
    throw usageError(
      `--${single.kind} draws one file, ${files.length} are given; --html shows several side by side`,
    );
  }
  if (args.only !== undefined)
    throw usageError('--only leaves out what pictures are drawn from: give one or the other');
  for (const { kind, path } of targets) check(kind, path, args.force === true, files);
  return {
    draw: async (inputs) => {
      for (const { kind, path } of targets) writeWhole(path, await drawn(kind, chart, inputs));
    },
  };
}

function check(kind: string, path: string, force: boolean, files: readonly string[]): void {
  if (path === '-') throw usageError(`--${kind} -: stdout has the figures, name a file`);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  const isInput = files.some((file) => {
    const input = statSync(file, { throwIfNoEntry: false });
    return input?.ino === there.ino && input.dev === there.dev;
  });
  if (isInput) throw usageError(`--${kind} ${path}: is an input, choose another file`);
  if (there.isFile() && !force) throw usageError(`--${kind} ${path}: exists, add --force to write over it`);
}

async function drawn(
  kind: (typeof KINDS)[number],
  chart: string,
  inputs: readonly DrawnAnalysis[],
): Promise<string | Uint8Array> {
  if (kind === 'html') return analysisPage(inputs, packageVersion());
  const svg = chartPicture(inputs[0], chart);
  if (kind === 'svg') return svg;
  const [{ systemFont }, { svgToPng }] = await Promise.all([
    import('../monitor/system-font.ts'),
    import('../monitor/svg-to-png.ts'),
  ]);
  const font = await systemFont();
  if (font === null) {
    throw outputError(
      '--png: no font is found on this system for the labels: install one, such as DejaVu Sans, or use --svg',
    );
  }
  return svgToPng(svg, font);
}
