import { didYouMean } from '../audio/nearest.ts';
import { quoted, shown } from '../audio/shown.ts';
import type { AnyController, HeardRole } from '../stages/controller.ts';
import { explainIssues, jsonPath } from '../stages/explain-issues.ts';
import { stageNamed } from '../stages/registry.ts';
import { assignControllerIds } from './assign-ids.ts';
import type { PipelineController, PipelineSource } from './definition.ts';
import { controllerSchema } from './file-schema.ts';
import { withNamedValues } from './named-values.ts';
import type { Place } from './problems.ts';
import { listed } from './scope.ts';
import type { CheckContext } from './source-of.ts';

const COMMON_KEYS = Object.keys(controllerSchema.shape);

type Values = Readonly<Record<string, unknown>>;

/** The controllers of a file, and by id of its entries what they are set to where the file says nothing. */
export interface CheckedControllers {
  readonly controllers: readonly PipelineController[];
  readonly settings: ReadonlyMap<string, Values>;
}

/** Checks the controllers of a file whose entries have these ids; `prefix` is what the ids of a part have in front. */
export function checkControllers(
  source: PipelineSource,
  ids: readonly string[],
  place: Place,
  prefix: string,
  context: CheckContext,
): CheckedControllers {
  const own = assignControllerIds(source);
  const settings = new Map<string, Values>();
  const driven = new Map<string, string>();
  const controllers = (source.controllers ?? []).flatMap((raw, n) => {
    const at = jsonPath('controllers', [n]);
    const made = new ControllerCheck({ source, ids, place, context }, raw, at).check();
    if (made === null) return [];
    const { definition, params, hears, drives } = made;
    const values = definition.settings(params);
    for (const [role, id] of Object.entries(drives)) {
      settings.set(id, { ...settings.get(id), ...values[role] });
      for (const parameter of definition.drives[role].moves) {
        const first = driven.get(`${id}.${parameter}`);
        const path = `${at}.drives.${role}`;
        if (first)
          context.problems.add(place, path, `${first} moves ${quoted(`${id}.${parameter}`)} already`);
        else driven.set(`${id}.${parameter}`, at);
      }
    }
    const full = (roles: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(Object.entries(roles).map(([role, id]) => [role, `${prefix}${id}`]));
    return [{ ...made, id: `${prefix}${own[n]}`, hears: full(hears), drives: full(drives) }];
  });
  return { controllers, settings };
}

interface ControllerPlace {
  readonly source: PipelineSource;
  readonly ids: readonly string[];
  readonly place: Place;
  readonly context: CheckContext;
}

/** One controller of a file on its way through the checks. */
class ControllerCheck {
  readonly #file: ControllerPlace;
  readonly #raw: Values;
  readonly #at: string;

  constructor(file: ControllerPlace, raw: Values, at: string) {
    this.#file = file;
    this.#raw = raw;
    this.#at = at;
  }

  /** Without its id; null when it has a problem. */
  check(): Omit<PipelineController, 'id'> | null {
    const { context, place } = this.#file;
    const before = context.problems.count;
    const entries = Object.entries(this.#raw);
    const common = Object.fromEntries(entries.filter(([key]) => COMMON_KEYS.includes(key)));
    const own = Object.fromEntries(entries.filter(([key]) => !COMMON_KEYS.includes(key)));
    const shared = controllerSchema.safeParse(common);
    if (!shared.success) this.#explain(explainIssues(shared.error, common, controllerSchema, this.#at));
    const definition = this.#definition();
    if (definition === null || !shared.success) return null;
    const named = withNamedValues(definition.name, own, this.#at, { ...context, place });
    // A name that means nothing has been told of; without its value more would look wrong.
    if (context.problems.count > before) return null;
    const params = definition.params.safeParse(named);
    if (!params.success) {
      this.#explain(explainIssues(params.error, named, definition.params, this.#at, COMMON_KEYS));
    }
    const { hears, drives, description } = shared.data;
    this.#checkHeard(hears, definition);
    this.#checkDriven(drives, definition);
    if (!params.success || context.problems.count > before) return null;
    return { definition, params: params.data as Values, hears, drives, description };
  }

  #definition(): AnyController | null {
    const { controller } = this.#raw;
    if (typeof controller !== 'string') return null;
    const { controllers } = this.#file.context.registry;
    const found = controllers.find(({ name }) => name === controller);
    if (found) return found;
    const names = controllers.map(({ name }) => name);
    const hint = didYouMean(controller, names) || `, known are ${names.join(', ') || 'none'}`;
    this.#add('controller', `no controller is called ${quoted(controller)}${hint}`);
    return null;
  }

  #checkHeard(given: Readonly<Record<string, string>>, { name, hears }: AnyController): void {
    for (const [role, { optional, stage, doc }] of Object.entries(hears)) {
      if (optional || Object.hasOwn(given, role)) continue;
      this.#add('hears', `missing ${quoted(role)}, the id of a ${quoted(stage)}: ${doc}`);
    }
    for (const [role, id] of Object.entries(given)) {
      const raw = this.#entryFor(`hears.${role}`, id, role, name, hears);
      if (raw) this.#checkNeeds(`hears.${role}`, id, raw, hears[role]);
    }
  }

  #checkDriven(given: Readonly<Record<string, string>>, { name, drives }: AnyController): void {
    if (Object.keys(given).length === 0) {
      this.#add('drives', `names no stage, expected one or more of ${Object.keys(drives).join(', ')}`);
    }
    for (const [role, id] of Object.entries(given)) this.#entryFor(`drives.${role}`, id, role, name, drives);
  }

  /** What the file says of the entry that has a role; undefined when that is a problem. */
  #entryFor(
    at: string,
    id: string,
    role: string,
    controller: string,
    roles: Readonly<Record<string, { readonly stage: string }>>,
  ): Values | undefined {
    const { ids, source } = this.#file;
    if (!Object.hasOwn(roles, role)) {
      const known = Object.keys(roles);
      const hint = didYouMean(role, known) || `, known are ${known.join(', ')}`;
      this.#add(at, `${quoted(controller)} has no such role${hint}`);
      return undefined;
    }
    const n = ids.indexOf(id);
    if (n < 0) {
      const hint = didYouMean(id, ids) || `, known are ${listed(ids)}`;
      this.#add(at, `no entry is called ${quoted(id)}${hint}`);
      return undefined;
    }
    const raw = source.stages[n];
    const { stage } = roles[role];
    if (raw.stage === stage) return raw;
    const found = raw.use === undefined ? `the stage ${shown(raw.stage)}` : 'a part';
    this.#add(at, `${quoted(id)} is ${found}, expected a ${quoted(stage)}`);
    return undefined;
  }

  #checkNeeds(at: string, id: string, raw: Values, { stage, needs = {} }: HeardRole): void {
    const initial = stageNamed(stage)!.params.parse({}) as Values;
    for (const [parameter, value] of Object.entries(needs)) {
      const found = raw[parameter] ?? initial[parameter];
      if (found === value) continue;
      this.#add(at, `needs ${quoted(id)} with ${parameter} ${shown(value)}, found ${shown(found)}`);
    }
  }

  #add(at: string, what: string): void {
    this.#file.context.problems.add(this.#file.place, `${this.#at}.${at}`, what);
  }

  #explain(lines: readonly string[]): void {
    for (const line of lines) this.#file.context.problems.add(this.#file.place, '', line);
  }
}
