import { didYouMean } from '../audio/nearest.ts';
import type { AnyStage } from '../stages/define-stage.ts';
import { explainIssues, jsonPath } from '../stages/explain-issues.ts';
import { stageNamed, stages } from '../stages/registry.ts';
import { IN, type InputRef, MAIN, type PipelineEntry, type PipelineSource } from './definition.ts';
import { type EntryCommon, entrySchema } from './file-schema.ts';

const COMMON_KEYS = Object.keys(entrySchema.shape);

/** What has been said so far while walking down the file. */
interface Walk {
  readonly problems: string[];
  /** Outputs of every entry so far, by id: each name that may be written, and the port it means. */
  readonly ports: Map<string, ReadonlyMap<string, string>>;
  /** Ids whose output somebody takes. */
  readonly used: Set<string>;
  /** Ids in front of the latest change of rate, and what changes it; they can't be taken any more. */
  readonly passed: Map<string, string>;
  /** Id of the entry before: what an entry without `input` takes. */
  last: string;
}

/** Entries of a pipeline and everything that is wrong with it, each problem one line. */
export function checkEntries(source: PipelineSource): { entries: PipelineEntry[]; problems: string[] } {
  const walk: Walk = {
    problems: [],
    ports: new Map([[IN, new Map([[MAIN, MAIN]])]]),
    used: new Set(),
    passed: new Map(),
    last: IN,
  };
  const ids = assignIds(source, walk.problems);
  const entries: PipelineEntry[] = [];
  source.stages.forEach((raw, n) => {
    const entry = checkEntry(raw, ids[n], jsonPath('stages', [n]), walk);
    if (entry) entries.push(entry);
    else walk.ports.set(ids[n], walk.ports.get(ids[n]) ?? new Map());
    walk.last = ids[n];
  });
  if (walk.problems.length === 0) findUnused(entries, walk);
  return { entries, problems: walk.problems };
}

/** Ids given in the file, and for the others the stage's name with the first free number. */
function assignIds(source: PipelineSource, problems: string[]): string[] {
  const given = source.stages.map(({ id }) => (typeof id === 'string' ? id : undefined));
  const taken = new Set<string>([IN]);
  given.forEach((id, n) => {
    if (id === undefined) return;
    if (id === IN) problems.push(`stages[${n}].id: "in" is the name of what comes in; choose another`);
    else if (taken.has(id))
      problems.push(`stages[${n}].id: "${id}" is taken by stages[${given.indexOf(id)}]`);
    taken.add(id);
  });
  return source.stages.map(({ stage }, n) => {
    const own = given[n];
    if (own !== undefined) return own;
    let id = String(stage);
    for (let number = 2; taken.has(id); number++) id = `${stage}${number}`;
    taken.add(id);
    return id;
  });
}

function checkEntry(
  raw: Readonly<Record<string, unknown>>,
  id: string,
  where: string,
  walk: Walk,
): PipelineEntry | undefined {
  const before = walk.problems.length;
  const definition = stageNamed(String(raw.stage));
  if (definition === undefined) {
    const names = stages.map(({ name }) => name);
    const hint = didYouMean(String(raw.stage), names) || `, known are ${names.join(', ')}`;
    walk.problems.push(`${where}.stage: no stage is called "${raw.stage}"${hint}`);
    return undefined;
  }
  const common: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    (COMMON_KEYS.includes(key) ? common : own)[key] = value;
  }
  const shared = entrySchema.safeParse(common);
  if (!shared.success) walk.problems.push(...explainIssues(shared.error, common, entrySchema, where));
  const params = definition.params.safeParse(own);
  if (!params.success) {
    walk.problems.push(...explainIssues(params.error, own, definition.params, where, COMMON_KEYS));
  }
  if (!shared.success || !params.success) return undefined;

  const inputs = resolveInputs(shared.data.input, where, walk);
  const key = resolveKey(shared.data.key, definition, where, walk);
  // Only now, so that an entry can't name itself.
  walk.ports.set(id, portNames(definition, params.data));
  const { mix, bypass, description } = shared.data;
  if (definition.changesRate) {
    checkRateChange({ inputs, mix, bypass }, definition.name, where, walk);
    for (const earlier of walk.ports.keys()) {
      if (earlier !== id && !walk.passed.has(earlier)) walk.passed.set(earlier, id);
    }
  }
  if (walk.problems.length > before) return undefined;
  if ((mix < 1 || bypass) && definition.outputs(params.data).length > 1) {
    walk.problems.push(
      `${where}: mix and bypass need a stage with one output, "${definition.name}" has more`,
    );
    return undefined;
  }
  return { id, definition, params: params.data, inputs, key, mix, bypass, description };
}

/** Where the rate changes the pipeline is one signal wide: what comes out of the entry before, whole. */
function checkRateChange(
  { inputs, mix, bypass }: Pick<PipelineEntry, 'inputs' | 'mix' | 'bypass'>,
  name: string,
  where: string,
  walk: Walk,
): void {
  if (mix < 1 || bypass)
    walk.problems.push(`${where}: mix and bypass need a stage that keeps the rate, "${name}" changes it`);
  if (inputs.length > 1 || inputs.some(({ port, gainDb }) => port !== MAIN || gainDb !== 0)) {
    walk.problems.push(`${where}.input: "${name}" takes one whole signal; put a mix in front of it`);
  }
}

/** Every name of a stage's outputs, and the port it means. */
function portNames(definition: AnyStage, params: unknown): Map<string, string> {
  const names = definition.outputs(params).map((port) => [port, port] as const);
  return new Map([...names, ...Object.entries(definition.aliases?.(params) ?? {})]);
}

function resolveInputs(input: EntryCommon['input'], where: string, walk: Walk): InputRef[] {
  if (input === undefined) return compact([resolve(walk.last, `${where}.input`, walk)]);
  if (typeof input === 'string') return compact([resolve(input, `${where}.input`, walk)]);
  return compact(
    input.map((one, n) =>
      typeof one === 'string'
        ? resolve(one, `${where}.input[${n}]`, walk)
        : resolve(one.from, `${where}.input[${n}].from`, walk, one.gain),
    ),
  );
}

function resolveKey(
  key: string | undefined,
  definition: AnyStage,
  where: string,
  walk: Walk,
): InputRef | null {
  if (key === undefined) return null;
  if (!definition.inputs.includes('key')) {
    walk.problems.push(`${where}.key: the stage "${definition.name}" has no sidechain`);
    return null;
  }
  return resolve(key, `${where}.key`, walk) ?? null;
}

const compact = (refs: readonly (InputRef | undefined)[]): InputRef[] =>
  refs.filter((ref) => ref !== undefined);

/** Turns `id` or `id.port` into a reference to an earlier entry. */
function resolve(name: string, where: string, walk: Walk, gainDb = 0): InputRef | undefined {
  const [from, port, ...rest] = name.split('.');
  const ports = walk.ports.get(from);
  if (ports === undefined || rest.length > 0) {
    const known = [...walk.ports.keys()];
    const hint = didYouMean(from, known) || `, earlier are ${known.join(', ')}`;
    walk.problems.push(`${where}: no earlier entry is called "${from}"${hint}`);
    return undefined;
  }
  const change = walk.passed.get(from);
  if (change !== undefined) {
    walk.problems.push(
      `${where}: "${from}" stands before "${change}" at another sample rate; take "${change}" or what follows it`,
    );
    return undefined;
  }
  walk.used.add(from);
  // An entry with a problem of its own has no ports; one message about it is enough.
  if (ports.size === 0) return undefined;
  const written = port ?? (ports.has(MAIN) ? MAIN : undefined);
  if (written === undefined) {
    walk.problems.push(`${where}: "${from}" has several outputs; name one of ${listPorts(from, ports)}`);
    return undefined;
  }
  const wanted = ports.get(written);
  if (wanted === undefined) {
    const hint = didYouMean(written, ports.keys()) || `, known are ${listPorts(from, ports)}`;
    walk.problems.push(`${where}: "${from}" has no output "${written}"${hint}`);
    return undefined;
  }
  return { from, port: wanted, gainDb };
}

const listPorts = (from: string, ports: ReadonlyMap<string, string>): string =>
  [...new Set(ports.values())].map((port) => `${from}.${port}`).join(', ');

/** An entry that nobody takes, the last one excepted, is work for nothing and most likely a slip. */
function findUnused(entries: readonly PipelineEntry[], walk: Walk): void {
  entries.slice(0, -1).forEach(({ id }, n) => {
    if (!walk.used.has(id)) walk.problems.push(`stages[${n}]: nothing takes the output of "${id}"`);
  });
  const last = entries.at(-1);
  if (last && !last.definition.outputs(last.params).includes(MAIN)) {
    walk.problems.push(
      `stages[${entries.length - 1}]: the last entry goes out, and "${last.id}" has several outputs`,
    );
  }
}
