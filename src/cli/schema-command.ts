import { shippedJsonSchema } from '../engine/pipelines/pipeline-registry.ts';
import type { Command } from './command.ts';
import { print } from './print.ts';

/** `auralis-stream schema`: the JSON Schema that editors complete and check pipeline files with. */
export const schemaCommand: Command = {
  words: [],
  options: {},
  examples: [
    ['auralis-stream schema > pipeline.schema.json', 'then point "$schema" in a pipeline file to it'],
  ],
  run: async () => {
    await print(`${JSON.stringify(shippedJsonSchema(), null, 2)}\n`);
    return 0;
  },
};
