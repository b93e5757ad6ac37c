import { didYouMean } from '../audio/nearest.ts';
import { quoted } from '../audio/shown.ts';
import { gainToDb } from '../dsp/elementary.ts';
import { explainIssues, jsonPath } from '../stages/explain-issues.ts';
import { assignIds } from './assign-ids.ts';
import { checkControllers } from './check-controllers.ts';
import { checkIds, checkKnobs, checkUnused } from './check-names.ts';
import { checkRates } from './check-rates.ts';
import {
  type CheckedEntry,
  checkStage,
  mainOf,
  NOTHING,
  type RawEntry,
  resolveInputs,
  sumOf,
} from './check-stage.ts';
import {
  IN,
  type InputRef,
  type Knob,
  MAIN,
  type PipelineController,
  type PipelineEntry,
  type PipelineOutput,
  type PipelineSource,
} from './definition.ts';
import { MAX_STAGES, useSchema } from './file-schema.ts';
import type { Place } from './problems.ts';
import { listed, Scope } from './scope.ts';
import { type CheckContext, type ResolvedSource, readPart, sourceOf, withAll } from './source-of.ts';

const USE_KEYS = Object.keys(useSchema.shape);

/** What a file was found to be. */
export interface CheckedFile {
  /** The file's own JSON. */
  readonly source: PipelineSource;
  readonly inputs: readonly string[];
  /** The first is `main` where there is one. */
  readonly outputs: readonly PipelineOutput[];
  readonly entries: readonly PipelineEntry[];
  readonly controllers: readonly PipelineController[];
  /** Knobs and moves, of what the file extends too. */
  readonly parameters: Readonly<Record<string, Knob>>;
  readonly automation: readonly object[];
}

/** Checks a pipeline and the files that it names; null when nothing could be made of it. */
export function checkFile(value: unknown, place: Place, context: CheckContext): CheckedFile | null {
  const resolved = sourceOf(value, place, context);
  if (resolved === null) return null;
  const { inputs = [IN], parameters = {}, automation = [] } = resolved.source;
  const signals = new Map(inputs.map((name) => [name, mainOf(name)]));
  const checked = checkSource(resolved, signals, '', context);
  checkRates(checked, inputs, place, context.problems);
  return { ...checked, source: resolved.own, inputs, parameters, automation };
}

/** Walks down the stages of a file; `prefix` is what the ids of a part have in front. */
function checkSource(
  { source, place, broken }: ResolvedSource,
  inputs: ReadonlyMap<string, InputRef>,
  prefix: string,
  context: CheckContext,
): Pick<CheckedFile, 'outputs' | 'entries' | 'controllers'> {
  const { problems } = context;
  const scope = new Scope(place, problems, inputs);
  const ids = assignIds(source);
  checkIds(source, place, problems);
  checkKnobs(source, ids, place, problems);
  const { controllers, settings } = checkControllers(source, ids, place, prefix, context);
  const entries: PipelineEntry[] = [];
  const inner: PipelineController[] = [];
  for (const [n, said] of source.stages.entries()) {
    if (context.room < 0) break;
    const [id, at] = [ids[n], jsonPath('stages', [n])];
    const raw = { ...settings.get(id), ...said };
    const { registry } = context;
    const entry: RawEntry = { raw, id, fullId: `${prefix}${id}`, at, place, problems, scope, registry };
    const made = broken.has(n) ? NOTHING : checkEntry(entry, context);
    // An id that is taken stays with the entry that had it first.
    if (!scope.has(id) || made.ports.size > 0) scope.add(id, made.ports);
    scope.last = id;
    entries.push(...made.entries);
    inner.push(...(made.controllers ?? []));
  }
  const outputs = checkOutputs(source, scope);
  if (scope.whole && context.room >= 0) checkUnused(source, ids, scope, place, problems);
  return { outputs, entries, controllers: [...inner, ...controllers] };
}

function checkEntry(entry: RawEntry, context: CheckContext): CheckedEntry {
  const { place, problems, at, raw } = entry;
  context.room -= 1;
  if (context.room < 0) {
    problems.add(place, at, `more than ${MAX_STAGES} stages with those of the parts`);
    return NOTHING;
  }
  if (raw.use === undefined) return checkStage(entry);
  if (raw.stage !== undefined) {
    problems.add(place, at, 'has stage and use; give one of them');
    return NOTHING;
  }
  return checkUse(entry, context);
}

/** Inserts another pipeline: its entries with this one's id in front, between what this entry takes and gives. */
function checkUse(entry: RawEntry, context: CheckContext): CheckedEntry {
  const { raw, fullId, at, place, problems, scope } = entry;
  const before = problems.count;
  const common = Object.fromEntries(Object.entries(raw).filter(([name]) => USE_KEYS.includes(name)));
  const knobs = Object.fromEntries(Object.entries(raw).filter(([name]) => !USE_KEYS.includes(name)));
  const shared = useSchema.safeParse(common);
  if (!shared.success) {
    scope.whole = false;
    for (const line of explainIssues(shared.error, common, useSchema, at)) problems.add(place, '', line);
    return NOTHING;
  }
  const { use, set = {}, mix, bypass } = shared.data;
  const taken = resolveInputs(shared.data.input, at, scope);
  const key = shared.data.key === undefined ? undefined : scope.resolve(shared.data.key, `${at}.key`);
  const file = readPart(use, `${at}.use`, place, context);
  const part = file && sourceOf(file.value, file.place, context);
  if (part === null || problems.count > before) return NOTHING;
  checkTurned(part.source, Object.keys(knobs), entry);
  const known = Object.fromEntries(
    Object.entries(knobs).filter(([name]) => Object.hasOwn(part.source.parameters ?? {}, name)),
  );
  const knobbed = withAll(part.source, known, at, place, problems);
  const source = withAll(knobbed, set, `${at}.set`, place, problems);
  const { inputs = [IN] } = source;
  checkInputs(inputs, shared.data.key, entry);
  if (problems.count > before) return NOTHING;

  const where = `${place.where}: ${at}`;
  const [first] = taken;
  const plain = taken.length === 1 && first.gainDb === 0;
  const front = plain ? [] : [sumOf(`${fullId}.${inputs[0]}`, where, taken)];
  const signal = plain ? first : mainOf(front[0].id);
  const bound = new Map(inputs.map((name, n) => [name, n === 0 ? signal : key!]));
  const inner = checkSource({ ...part, source }, bound, `${fullId}.`, context);
  const ports = new Map(inner.outputs.map(({ name, from }) => [name, from]));
  const entries = [...front, ...inner.entries];
  const { controllers } = inner;
  if (mix === 1 && !bypass) return { entries, ports, controllers };

  const wet = ports.get(MAIN);
  if (wet === undefined || ports.size > 1) {
    problems.add(place, at, `mix and bypass need a part with one output, ${quoted(use)} has more`);
    return NOTHING;
  }
  const share = bypass ? 0 : mix;
  const blend = [
    { ...signal, gainDb: gainToDb(1 - share) },
    { ...wet, gainDb: gainToDb(share) },
  ];
  return {
    entries: [...entries, sumOf(fullId, where, blend)],
    ports: new Map([[MAIN, mainOf(fullId)]]),
    controllers,
  };
}

/** Knobs that an entry turns must be there. */
function checkTurned(
  { parameters = {} }: PipelineSource,
  turned: readonly string[],
  { at, place, problems }: RawEntry,
): void {
  const known = Object.keys(parameters);
  for (const name of turned) {
    if (known.includes(name)) continue;
    const all = [...known, ...USE_KEYS];
    const hint = didYouMean(name, all) || `, the part has ${listed(known) || 'no parameters'}`;
    problems.add(place, at, `unknown ${quoted(name)}${hint}`);
  }
}

/** A part has one input, or a second one that is its sidechain. */
function checkInputs(
  inputs: readonly string[],
  key: string | undefined,
  { at, place, problems }: RawEntry,
): void {
  if (inputs.length > 2) problems.add(place, `${at}.use`, 'a part has at most two inputs: input and key');
  if (inputs.length < 2 && key !== undefined) {
    problems.add(place, `${at}.key`, 'the part has no second input');
  }
  if (inputs.length === 2 && key === undefined) {
    problems.add(place, at, `missing "key", which is the part's input "${inputs[1]}"`);
  }
}

/** What goes out: what the file names, `main` first, or else the last entry, or else what comes in. */
function checkOutputs({ stages, outputs }: PipelineSource, scope: Scope): PipelineOutput[] {
  const named = outputs ?? { [MAIN]: scope.last };
  const at = (name: string): string => (outputs ? `outputs.${name}` : `stages[${stages.length - 1}]`);
  const list = Object.entries(named).flatMap(([name, reference]) => {
    const from = scope.resolve(reference, at(name));
    return from ? [{ name, from }] : [];
  });
  return list.sort((a, b) => Number(b.name === MAIN) - Number(a.name === MAIN));
}
