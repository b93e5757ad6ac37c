import type { PipelineRegistry } from './definition.ts';
import type { Place, Problems } from './problems.ts';

/** Where a parameter's names are looked up, and where a wrong one is told. */
interface NamingContext {
  readonly registry: PipelineRegistry;
  readonly place: Place;
  readonly problems: Problems;
}

/** Parameters of a stage or controller with what names among them mean; a name that means nothing is a problem, and left out. */
export function withNamedValues(
  of: string,
  given: Readonly<Record<string, unknown>>,
  at: string,
  { registry, place, problems }: NamingContext,
): Readonly<Record<string, unknown>> {
  const own = registry.named.filter((one) => one.of === of);
  if (own.length === 0) return given;
  const values = { ...given };
  for (const { parameter, initial, resolve } of own) {
    const name = given[parameter] ?? initial;
    if (typeof name !== 'string') continue;
    try {
      values[parameter] = resolve(name, place.path);
    } catch (error) {
      for (const line of (error as Error).message.split('\n'))
        problems.add(place, `${at}.${parameter}`, line);
      delete values[parameter];
    }
  }
  return values;
}
