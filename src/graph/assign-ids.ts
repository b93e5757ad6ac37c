import { IN, type PipelineSource } from './definition.ts';

/** The ids of a pipeline's entries: those given, and for the others the stage's or part's name with the first free number. */
export function assignIds({ stages, inputs = [IN] }: PipelineSource): string[] {
  return numbered(stages, inputs, ({ use, stage }) =>
    typeof use === 'string' ? partName(use) : typeof stage === 'string' ? stage : 'entry',
  );
}

/** The ids of a pipeline's controllers, in the same way, behind those of its entries. */
export function assignControllerIds(source: PipelineSource): string[] {
  const { controllers = [], inputs = [IN] } = source;
  return numbered(controllers, [...inputs, ...assignIds(source)], ({ controller }) =>
    typeof controller === 'string' ? controller : 'controller',
  );
}

type Raw = Readonly<Record<string, unknown>>;

function numbered(list: readonly Raw[], others: readonly string[], nameOf: (raw: Raw) => string): string[] {
  const given = list.map(({ id }) => (typeof id === 'string' ? id : undefined));
  const taken = new Set<string | undefined>([...others, ...given]);
  return list.map((raw, n) => {
    const own = given[n];
    if (own !== undefined) return own;
    const name = nameOf(raw);
    let id = name;
    for (let number = 2; taken.has(id); number++) id = `${name}${number}`;
    taken.add(id);
    return id;
  });
}

/** `vocal` for `parts/vocal.json`; what an id can't hold becomes `-`. */
function partName(reference: string): string {
  const file = reference.split(/[/\\]/).at(-1) ?? '';
  const name = file.replace(/\.json$/i, '').replace(/[^\w-]/g, '-');
  return /^[A-Za-z]/.test(name) ? name : `part${name}`;
}
