import { didYouMean } from '../audio/nearest.ts';
import { quoted } from '../audio/shown.ts';
import type { AnyStage } from '../stages/define-stage.ts';
import { explainIssues } from '../stages/explain-issues.ts';
import { stageNamed, stages } from '../stages/registry.ts';
import {
  type InputRef,
  MAIN,
  type PipelineController,
  type PipelineEntry,
  type PipelineRegistry,
} from './definition.ts';
import { type EntryCommon, entrySchema } from './file-schema.ts';
import { withNamedValues } from './named-values.ts';
import type { Place, Problems } from './problems.ts';
import type { Ports, Scope } from './scope.ts';

const COMMON_KEYS = Object.keys(entrySchema.shape);

/** One entry of a file on its way through the checks. */
export interface RawEntry {
  readonly raw: Readonly<Record<string, unknown>>;
  /** Its id in the file, and with the ids of the parts around it in front. */
  readonly id: string;
  readonly fullId: string;
  /** JSON path in its file. */
  readonly at: string;
  readonly place: Place;
  readonly problems: Problems;
  readonly scope: Scope;
  readonly registry: PipelineRegistry;
}

/** What has been made of an entry; without ports when it has a problem. */
export interface CheckedEntry {
  readonly entries: readonly PipelineEntry[];
  readonly ports: Ports;
  /** Those of a part. */
  readonly controllers?: readonly PipelineController[];
}

/** An entry that could not be made. */
export const NOTHING: CheckedEntry = { entries: [], ports: new Map() };

/** Checks an entry that names a stage. */
export function checkStage(entry: RawEntry): CheckedEntry {
  const { raw, fullId, at, place, problems, scope } = entry;
  const before = problems.count;
  const definition = typeof raw.stage === 'string' ? stageNamed(raw.stage) : undefined;
  // A stage's parameter goes before the key of that name which every entry has: `remix` has `channels` of its own.
  const isCommon = (key: string): boolean =>
    COMMON_KEYS.includes(key) && !Object.hasOwn(definition?.params.shape ?? {}, key);
  const said = Object.fromEntries(Object.entries(raw).filter(([key]) => !isCommon(key)));
  const own = definition ? withNamedValues(definition.name, said, at, entry) : said;
  const common = Object.fromEntries(Object.entries(raw).filter(([key]) => isCommon(key)));
  const shared = entrySchema.safeParse(common);
  const issues = shared.success ? [] : explainIssues(shared.error, common, entrySchema, at);
  for (const line of issues) problems.add(place, '', line);
  if (typeof raw.stage === 'string' && definition === undefined) {
    const names = stages.map(({ name }) => name);
    const hint = didYouMean(raw.stage, names) || `, known are ${names.join(', ')}`;
    problems.add(place, `${at}.stage`, `no stage is called ${quoted(raw.stage)}${hint}`);
  }
  const params = definition?.params.safeParse(own);
  if (definition && params && !params.success) {
    const lines = explainIssues(params.error, own, definition.params, at, COMMON_KEYS);
    for (const line of lines) problems.add(place, '', line);
  }
  // Also with a problem so far: who takes what shows what nobody takes.
  if (!shared.success) scope.whole = false;
  const inputs = shared.success ? resolveInputs(shared.data.input, at, scope) : [];
  const key = shared.success && shared.data.key ? scope.resolve(shared.data.key, `${at}.key`) : undefined;
  if (!definition || !params?.success || !shared.success) return NOTHING;
  if (shared.data.key !== undefined && !definition.inputs.includes('key')) {
    problems.add(place, `${at}.key`, `the stage "${definition.name}" has no sidechain`);
  }
  const { mix, bypass, channels = null, description } = shared.data;
  if ((mix < 1 || bypass || channels) && definition.outputs(params.data).length > 1) {
    problems.add(
      place,
      at,
      `mix, bypass and channels need a stage with one output, "${definition.name}" has more`,
    );
  }
  if (problems.count > before) return NOTHING;
  const made: PipelineEntry = {
    id: fullId,
    where: `${place.where}: ${at}`,
    definition,
    params: params.data,
    inputs,
    key: key ?? null,
    channels,
    mix,
    bypass,
    description,
  };
  return { entries: [made], ports: portsOf(definition, params.data, fullId) };
}

/** Every name of a stage's outputs, and the signal it means; an only output has the one name. */
function portsOf(definition: AnyStage, params: unknown, from: string): Ports {
  const names = definition.outputs(params).map((port) => [port, port] as const);
  const all = [...names, ...Object.entries(definition.aliases?.(params) ?? {})];
  return new Map(all.map(([name, port]) => [name, { from, port, gainDb: 0 }]));
}

/** The signals that an entry takes; those that are a problem are left out. */
export function resolveInputs(input: EntryCommon['input'], at: string, scope: Scope): InputRef[] {
  const refs =
    input === undefined || typeof input === 'string'
      ? [scope.resolve(input ?? scope.last, `${at}.input`)]
      : input.map((one, n) =>
          typeof one === 'string'
            ? scope.resolve(one, `${at}.input[${n}]`)
            : scope.resolve(one.from, `${at}.input[${n}].from`, one.gain),
        );
  return refs.filter((ref) => ref !== undefined);
}

/** A entry that no file has: the sum of signals, as the stage `mix` makes it. */
export function sumOf(id: string, where: string, inputs: readonly InputRef[]): PipelineEntry {
  const definition = stageNamed('mix')!;
  return {
    id,
    where,
    definition,
    params: {},
    inputs,
    key: null,
    channels: null,
    mix: 1,
    bypass: false,
    description: undefined,
  };
}

/** The signal of an entry with one output. */
export const mainOf = (from: string): InputRef => ({ from, port: MAIN, gainDb: 0 });
