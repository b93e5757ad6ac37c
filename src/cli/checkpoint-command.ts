import { usageError } from '../audio/errors.ts';
import { describeFormat } from '../audio/format.ts';
import { type Checkpoint, readCheckpoint } from '../engine/checkpoint/checkpoint.ts';
import { textTable } from '../monitor/text-table.ts';
import type { Command } from './command.ts';
import { text } from './option-value.ts';
import { packageVersion } from './package-version.ts';
import { print } from './print.ts';

/** `auralis-stream checkpoint FILE`: says how far the run had come that wrote it. */
export const checkpointCommand: Command = {
  words: [['file', 'what --checkpoint has written']],
  options: { json: { type: 'boolean', describe: 'as JSON' } },
  examples: [
    ['auralis-stream checkpoint run.ckpt', 'which frame, which byte, which pipeline'],
    [
      'truncate -s $(auralis-stream checkpoint run.ckpt --json | jq .outputByte) out.wav',
      'for the rest to be added',
    ],
  ],
  run: async (args) => {
    const file = text(args, 'file');
    if (file === undefined) throw usageError('no file given: auralis-stream checkpoint FILE, see --help');
    const checkpoint = await readCheckpoint(file);
    await print(args.json === true ? `${JSON.stringify(figures(checkpoint), null, 2)}\n` : table(checkpoint));
    return 0;
  },
};

function figures({ taken, pipeline, position, header, unfinished }: Checkpoint): object {
  return {
    version: packageVersion(),
    taken,
    pipeline: pipeline.name,
    ...position,
    inputSeconds: position.inputFrame / header.format.sampleRate,
    input: { ...header.format, samples: header.sampleFormat.encoding },
    unfinished: unfinished?.file ?? null,
  };
}

function table({ taken, pipeline, position, header, unfinished }: Checkpoint): string {
  const { inputFrame, outputFrame, outputByte, seconds } = position;
  const { format, sampleFormat } = header;
  const at = (frame: number, time: number): string => `${frame} (${time.toFixed(3)} s)`;
  return textTable([
    ['version', packageVersion()],
    ['taken', taken],
    ['pipeline', pipeline.name],
    ['input', `${describeFormat(format)} ${sampleFormat.encoding}`],
    ['input frame', at(inputFrame, inputFrame / format.sampleRate)],
    ['output frame', at(outputFrame, seconds)],
    ['output byte', String(outputByte)],
    ['output', unfinished === null ? 'a stream' : `unfinished in ${unfinished.file}`],
  ]);
}
