import { usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import { textTable } from '../monitor/text-table.ts';
import type { AnyStage } from '../stages/define-stage.ts';
import { parameterRows } from '../stages/parameter-rows.ts';
import { stageNamed, stages } from '../stages/registry.ts';
import type { Command } from './command.ts';
import { text } from './option-value.ts';
import { print } from './print.ts';

/** `auralis-stream stages [NAME]`: what there is, and what can be set. */
export const stagesCommand: Command = {
  words: [['name', 'a stage']],
  options: {},
  examples: [
    ['auralis-stream stages', 'every stage, a line each'],
    ['auralis-stream stages compressor', 'its parameters with units, ranges and defaults'],
  ],
  run: async (args) => {
    const name = text(args, 'name');
    await print(name === undefined ? list() : describe(find(name)));
    return 0;
  },
};

const list = (): string => textTable(stages.map(({ name, summary }) => [name, summary]));

function find(name: string): AnyStage {
  const stage = stageNamed(name);
  if (stage) return stage;
  const names = stages.map((one) => one.name);
  throw usageError(`no stage "${name}": expected one of ${names.join(', ')}${didYouMean(name, names)}`);
}

function describe(stage: AnyStage): string {
  const head = `${stage.name}: ${stage.summary}\n`;
  const source = stage.source === undefined ? '' : `after ${stage.source}\n`;
  const rows = parameterRows(stage).map((row) => [
    row.name,
    row.initial,
    row.unit,
    row.range,
    row.change,
    row.meaning,
  ]);
  if (rows.length === 0) return `${head}${source}\nno parameters of its own\n`;
  const titles = ['parameter', 'default', 'unit', 'range', 'change', 'meaning'];
  return `${head}${source}\n${textTable([titles, ...rows])}`;
}
