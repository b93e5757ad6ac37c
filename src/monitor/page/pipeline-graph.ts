import type { PipelineView, StageReading } from '../monitored-run.ts';
import type { Frame } from './connection.ts';
import { byId, element, say } from './element.ts';
import { decibels, type Level, shareOf } from './numbers.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** Frames from one change of the words to the next. */
const EVERY = 4;
/** Gain in dB that fills a bar. */
const FULL_GAIN = 12;

/** A box of the drawing. */
interface Box {
  readonly id: string;
  readonly title: string;
  readonly stage: string;
  readonly summary: string;
  readonly from: readonly string[];
  readonly key: string | null;
  readonly place: HTMLElement;
  readonly levels: HTMLElement;
  readonly words: HTMLElement;
  readonly gains: HTMLElement;
}

/** The end of the drawing; no entry has such an id. */
const outputId = (name: string): string => `>${name}`;

/** Draws the pipeline from its inputs to its outputs, with what passes each stage. */
export class PipelineGraph {
  readonly #place = byId('graph');
  readonly #onChoose: (id: string) => void;
  #boxes: Box[] = [];
  #count = 0;

  /** `onChoose` is told of a stage that was clicked. */
  constructor(onChoose: (id: string) => void) {
    this.#onChoose = onChoose;
    new ResizeObserver(() => this.#drawWires()).observe(this.#place);
  }

  /** Draws another pipeline. */
  draw({ inputs, stages, outputs }: PipelineView): void {
    this.#boxes = [
      ...inputs.map((id) => this.#box(id, id, '', 'what comes in', [], null)),
      ...stages.map(({ id, stage, summary, inputs: from, key, bypass }) =>
        this.#box(id, id, bypass ? `${stage}, bypassed` : stage, summary, from, key),
      ),
      ...outputs.map(({ name, from }) => this.#box(outputId(name), name, '', 'what goes out', [from], null)),
    ];
    const depths = new Map<string, number>();
    for (const { id, from, key } of this.#boxes) {
      // What is only listened to may stand beside it.
      const least = key === null ? 0 : (depths.get(key) ?? 0);
      depths.set(id, Math.max(least, ...from.map((one) => 1 + (depths.get(one) ?? 0))));
    }
    const ranks: HTMLElement[] = [];
    for (const { id, place } of this.#boxes) {
      const depth = depths.get(id)!;
      ranks[depth] ??= element('div', { class: 'rank' });
      ranks[depth].append(place);
    }
    const wires = document.createElementNS(SVG, 'svg');
    wires.setAttribute('aria-hidden', 'true');
    this.#place.replaceChildren(wires, ...ranks.filter((rank) => rank !== undefined));
    this.#drawWires();
  }

  show({ stages, input, output }: Frame): void {
    const withWords = this.#count++ % EVERY === 0;
    const readings = new Map(stages.map((one) => [one.id, one]));
    for (const box of this.#boxes) {
      const reading = readings.get(box.id);
      const levels = reading
        ? [reading.level]
        : box.id === outputId('main')
          ? output
          : box.from.length === 0
            ? input
            : [];
      this.#showLevels(box, levels);
      if (reading) showGains(box, reading.gains);
      if (withWords) showWords(box, levels, reading?.gains ?? {});
    }
  }

  #box(
    id: string,
    title: string,
    stage: string,
    summary: string,
    from: readonly string[],
    key: string | null,
  ): Box {
    const levels = element('span', { class: 'levels' });
    const words = element('span', { class: 'words' });
    const gains = element('span', { class: 'gains' });
    const name = element('b', {}, title);
    const isStage = stage !== '';
    const kind = stage === title ? [] : [element('small', {}, stage)];
    const place = element(
      isStage ? 'button' : 'div',
      { class: 'box', title: summary },
      name,
      ...kind,
      levels,
      words,
      gains,
    );
    if (isStage) place.addEventListener('click', () => this.#onChoose(id));
    return { id, title, stage, summary, from, key, place, levels, words, gains };
  }

  #showLevels({ levels: place }: Box, levels: readonly Level[]): void {
    while (place.children.length < levels.length) place.append(element('i'));
    levels.forEach((level, n) => {
      const bar = place.children[n] as HTMLElement;
      bar.style.setProperty('--share', shareOf(level).toFixed(3));
      bar.classList.toggle('over', level !== null && level > 0);
    });
  }

  /** Lines from each box to those that take from it, wherever the layout has put them. */
  #drawWires(): void {
    const svg = this.#place.querySelector('svg');
    if (!svg) return;
    const own = this.#place.getBoundingClientRect();
    svg.setAttribute('viewBox', `0 0 ${own.width} ${own.height}`);
    const downwards = getComputedStyle(this.#place).flexDirection === 'column';
    const places = new Map(this.#boxes.map(({ id, place }) => [id, place.getBoundingClientRect()]));
    const wire = (from: DOMRect, to: DOMRect, isKey: boolean): SVGPathElement => {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('d', wireBetween(from, to, downwards, own));
      if (isKey) path.setAttribute('class', 'key');
      return path;
    };
    const paths = this.#boxes.flatMap(({ id, from, key }) => {
      const to = places.get(id)!;
      const all = [...new Set(from)].map((one) => [one, false] as const);
      return [...all, ...(key === null ? [] : [[key, true] as const])].flatMap(([one, isKey]) => {
        const start = places.get(one);
        return start ? [wire(start, to, isKey)] : [];
      });
    });
    svg.replaceChildren(...paths);
  }
}

/**
 * The path of a wire: with the signal where the second box lies ahead, across it where that stands beside the first one.
 * `origin` is the box of the drawing.
 */
function wireBetween(from: DOMRect, to: DOMRect, downwards: boolean, origin: DOMRect): string {
  const isBeside = downwards ? to.top < from.bottom : to.left < from.right;
  const vertical = downwards !== isBeside;
  const [x1, y1, x2, y2] = vertical
    ? [from.left + from.width / 2, from.bottom, to.left + to.width / 2, to.top]
    : [from.right, from.top + from.height / 2, to.left, to.top + to.height / 2];
  const [a, b, c, d] = [x1 - origin.left, y1 - origin.top, x2 - origin.left, y2 - origin.top];
  const [alongX, alongY] = [(a + c) / 2, (b + d) / 2];
  const bend = vertical ? `${a} ${alongY} ${c} ${alongY}` : `${alongX} ${b} ${alongX} ${d}`;
  return `M${a} ${b}C${bend} ${c} ${d}`;
}

/** A bar a band: from the right where the gain is below 0 dB, from the left where it is above. */
function showGains({ gains: place }: Box, gains: StageReading['gains']): void {
  const values = Object.values(gains).flat();
  while (place.children.length < values.length) place.append(element('i'));
  values.forEach((gain: Level, n) => {
    const bar = place.children[n] as HTMLElement;
    const share = gain === null ? 1 : Math.min(1, Math.abs(gain) / FULL_GAIN);
    bar.style.setProperty('--share', share.toFixed(3));
    bar.classList.toggle('up', gain !== null && gain > 0);
  });
}

function showWords(
  { title, words, place }: Box,
  levels: readonly Level[],
  gains: StageReading['gains'],
): void {
  const highest = levels.reduce<Level>(
    (top, level) => (top === null || (level ?? top) > top ? level : top),
    null,
  );
  const moved = Object.entries(gains).map(([name, values]) => {
    const most = values.reduce((far, gain) => (Math.abs(gain ?? 0) > Math.abs(far ?? 0) ? gain : far), 0);
    return [name, `${most > 0 ? '+' : ''}${decibels(most)}`] as const;
  });
  const level = levels.length === 0 ? '' : `${decibels(highest)} dB`;
  say(words, [level, ...moved.map(([, most]) => `${most} dB`)].filter((word) => word !== '').join('\n'));
  const label = [title, `level ${level}`, ...moved.map(([name, most]) => `${name} ${most} dB`)].join(', ');
  if (place instanceof HTMLButtonElement) place.setAttribute('aria-label', label);
}
