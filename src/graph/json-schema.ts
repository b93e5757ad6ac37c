import * as z from 'zod';
import type { AnyController } from '../stages/controller.ts';
import { stages } from '../stages/registry.ts';
import type { PipelineRegistry } from './definition.ts';
import { controllerSchema, entrySchema, fileSchema, useSchema } from './file-schema.ts';

type Json = Record<string, unknown>;

const toJson = (schema: z.ZodType): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as Json;
  return rest;
};

/** Own parameters in JSON Schema; one that may be named takes a text too. */
function ownProperties(name: string, params: z.ZodType, { named }: PipelineRegistry): Json {
  const own = (toJson(params).properties ?? {}) as Json;
  for (const { parameter, doc, names } of named.filter(({ of }) => of === name)) {
    const { description, ...value } = own[parameter] as Json;
    const text = { type: 'string', description: doc, ...(names().length > 0 && { examples: names() }) };
    own[parameter] = { description, anyOf: [text, value] };
  }
  return own;
}

/** A controller: its own parameters, and the roles that it knows. */
function controllerJson(
  { name, summary, params, hears, drives }: AnyController,
  registry: PipelineRegistry,
): Json {
  const { hears: _hears, drives: _drives, ...common } = toJson(controllerSchema).properties as Json;
  const roles = (of: AnyController['hears'] | AnyController['drives']): Json => ({
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(of).map(([role, { stage, doc }]) => [
        role,
        { type: 'string', description: `id of a ${stage}: ${doc}` },
      ]),
    ),
    additionalProperties: false,
  });
  const needed = Object.keys(hears).filter((role) => !hears[role].optional);
  return {
    title: name,
    description: summary,
    type: 'object',
    properties: {
      ...common,
      controller: { const: name, description: summary },
      hears: { ...roles(hears), required: needed },
      drives: { ...roles(drives), minProperties: 1 },
      ...ownProperties(name, params, registry),
    },
    required: ['controller', 'hears', 'drives'],
    additionalProperties: false,
  };
}

/** JSON Schema (draft 2020-12) of a pipeline file, for editors; made from the stages' and controllers' own schemas. */
export function pipelineJsonSchema(registry: PipelineRegistry): Json {
  const common = toJson(entrySchema).properties as Json;
  const entries = stages.map(({ name, summary, params }) => ({
    title: name,
    description: summary,
    type: 'object',
    properties: {
      ...common,
      stage: { const: name, description: summary },
      ...ownProperties(name, params, registry),
    },
    required: ['stage'],
    additionalProperties: false,
  }));
  // Beside its own keys a part's entry has those of the part's knobs, which only the part knows.
  const use = { title: 'use', ...toJson(useSchema), additionalProperties: true };
  const controllers = registry.controllers.map((one) => controllerJson(one, registry));
  const file = toJson(fileSchema);
  const properties = file.properties as Record<string, Json>;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'auralis-stream pipeline',
    ...file,
    properties: {
      ...properties,
      stages: { ...properties.stages, items: { oneOf: [...entries, use] } },
      controllers: { ...properties.controllers, items: { oneOf: controllers } },
    },
  };
}
