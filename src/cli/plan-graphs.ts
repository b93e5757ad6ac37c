import type { CostedPlan } from '../engine/pipelines/plan.ts';
import { MAIN } from '../graph/definition.ts';
import type { PlannedInput } from '../graph/plan.ts';
import { entryWords, formatWords, outputWords, percent, wireWords } from './plan-words.ts';

/** A wire between two entries and what is said of it; a dashed one carries no audio on. */
interface Edge {
  readonly from: string;
  readonly to: string;
  readonly words: string;
  readonly dashed: boolean;
  /** Of a controller, which stands beside the way of the audio. */
  readonly beside: boolean;
}

/** Ids of where the audio comes in and goes out, which no entry can have. */
const inputId = (name: string): string => `in:${name}`;
const outputId = (name: string): string => `out:${name}`;

function edgesOf(plan: CostedPlan): Edge[] {
  const sourceOf = (id: string): string => (plan.inputs.includes(id) ? inputId(id) : id);
  const edge = (input: PlannedInput, to: string, isKey: boolean): Edge => ({
    from: sourceOf(input.from),
    to,
    words: [input.port === MAIN ? '' : input.port, isKey ? 'key' : '', wireWords(input)]
      .filter(Boolean)
      .join(', '),
    dashed: isKey,
    beside: false,
  });
  const wires = plan.entries.flatMap(({ id, inputs, key }) => [
    ...inputs.map((input) => edge(input, id, false)),
    ...(key ? [edge(key, id, true)] : []),
  ]);
  const controls = plan.controllers.flatMap(({ id, hears, moves }) => {
    const driven = new Map<string, string[]>();
    for (const path of moves) {
      const at = path.lastIndexOf('.');
      const to = path.slice(0, at);
      driven.set(to, [...(driven.get(to) ?? []), path.slice(at + 1)]);
    }
    const beside = { dashed: true, beside: true };
    return [
      ...hears.map((from) => ({ from, to: id, words: '', ...beside })),
      ...[...driven].map(([to, names]) => ({ from: id, to, words: names.join(', '), ...beside })),
    ];
  });
  const ends = plan.outputs.map(({ name, from, port }) => ({
    from: sourceOf(from),
    to: outputId(name),
    words: port === MAIN ? '' : port,
    dashed: false,
    beside: false,
  }));
  return [...wires, ...ends, ...controls];
}

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** What stands in the box of an entry, in lines. */
function boxLines(entry: CostedPlan['entries'][number]): string[] {
  return [entry.id, ...entryWords(entry), `CPU ${percent(entry.load)}`];
}

/** What stands in the box of a controller. */
const controllerLines = (id: string, controller: string): string[] => [
  id,
  id === controller ? 'controller' : `controller ${controller}`,
];

/** What stands where the audio comes in and goes out: ids and lines. */
const endsOf = (plan: CostedPlan): { readonly id: string; readonly lines: readonly string[] }[] => [
  ...plan.inputs.map((name) => ({ id: inputId(name), lines: [name, formatWords(plan.format)] })),
  ...plan.outputs.map(({ name }) => ({
    id: outputId(name),
    lines: [outputWords(plan, name), `late by ${plan.latency} frames, aligned`],
  })),
];

/** A plan in the language of Graphviz. */
export function planDot(plan: CostedPlan): string {
  // Plain labels: their lines are centred where they stand, so that a viewer's wider font still fits.
  const label = (lines: readonly string[]): string => `label=${quoted(lines.join('\n'))}`;
  const ends = endsOf(plan).map(
    ({ id, lines }) => `${quoted(id)} [${label(lines)} shape=plaintext style="" fontcolor="#5b6470"]`,
  );
  const box = (entry: CostedPlan['entries'][number]): string => {
    const bypassed = entry.bypass ? ' style="rounded,filled,dashed" fillcolor="white"' : '';
    return `${quoted(entry.id)} [${label(boxLines(entry))}${bypassed}]`;
  };
  const edges = edgesOf(plan).map(({ from, to, words, dashed, beside }) => {
    // Spaces, so that a viewer's wider font keeps clear of the line.
    const said = words === '' ? '' : label([`    ${words}  `]);
    return `${quoted(from)} -> ${quoted(to)} [${said}${dashed ? ' style=dashed' : ''}${beside ? ' constraint=false' : ''}]`;
  });
  return [
    `digraph ${quoted(plan.name)} {`,
    'graph [rankdir=TB ranksep=0.4 nodesep=0.35 pad=0.25 bgcolor="white" fontname="Helvetica,Arial,sans-serif"]',
    'node [shape=box style="rounded,filled" fillcolor="#f3f6fa" color="#3b6ea5" penwidth=1.2 margin="0.3,0.1" ' +
      'fontname="Helvetica,Arial,sans-serif" fontsize=12 fontcolor="#1c2733"]',
    'edge [color="#5b6470" arrowsize=0.7 fontname="Helvetica,Arial,sans-serif" fontsize=10 fontcolor="#5b6470"]',
    ...ends,
    ...plan.entries.map(box),
    ...plan.controllers.map(
      ({ id, controller }) =>
        `${quoted(id)} [${label(controllerLines(id, controller))} shape=note style=filled]`,
    ),
    ...edges,
    '}',
  ].join('\n');
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A plan as a Mermaid flowchart, which many Markdown viewers draw. */
export function planMermaid(plan: CostedPlan): string {
  const label = (lines: readonly string[]): string => `"${lines.map(escaped).join('<br/>')}"`;
  const ends = endsOf(plan);
  const names = new Map([...plan.entries, ...plan.controllers, ...ends].map(({ id }, n) => [id, `n${n}`]));
  const nameOf = (id: string): string | undefined => names.get(id);
  return [
    'flowchart TD',
    ...ends.map(({ id, lines }) => `  ${nameOf(id)}([${label(lines)}])`),
    ...plan.entries.map((entry) => `  ${nameOf(entry.id)}[${label(boxLines(entry))}]`),
    ...plan.controllers.map(
      ({ id, controller }) => `  ${nameOf(id)}>${label(controllerLines(id, controller))}]`,
    ),
    ...edgesOf(plan).map(({ from, to, words, dashed }) => {
      const arrow = dashed ? '-.->' : '-->';
      return `  ${nameOf(from)} ${arrow}${words === '' ? '' : `|"${escaped(words)}"|`} ${nameOf(to)}`;
    }),
    '',
  ].join('\n');
}
