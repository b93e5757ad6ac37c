import * as z from 'zod';
import { stages } from '../stages/registry.ts';
import { entrySchema, fileSchema, useSchema } from './file-schema.ts';

type Json = Record<string, unknown>;

const toJson = (schema: z.ZodType): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as Json;
  return rest;
};

/** JSON Schema (draft 2020-12) of a pipeline file, for editors; made from the stages' own schemas. */
export function pipelineJsonSchema(): Json {
  const common = toJson(entrySchema).properties as Json;
  const entries = stages.map(({ name, summary, params }) => {
    const own = toJson(params);
    return {
      title: name,
      description: summary,
      type: 'object',
      properties: { ...common, stage: { const: name, description: summary }, ...(own.properties as Json) },
      required: ['stage'],
      additionalProperties: false,
    };
  });
  // Beside its own keys a part's entry has those of the part's knobs, which only the part knows.
  const use = { title: 'use', ...toJson(useSchema), additionalProperties: true };
  const file = toJson(fileSchema);
  const properties = file.properties as Record<string, Json>;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'auralis-stream pipeline',
    ...file,
    properties: { ...properties, stages: { ...properties.stages, items: { oneOf: [...entries, use] } } },
  };
}
