import { controlsOf, type LiveControl, type PipelineView, type StageView } from '../monitored-run.ts';
import { controlScale } from './control-scale.ts';
import { byId, element, say } from './element.ts';
import { shortNumber } from './numbers.ts';

/** Stages are open at first where all controls together are no more. */
const FEW = 16;

type Value = LiveControl['value'];

/** Moves a parameter; rejects with the reason where it is refused. */
export type Mover = (path: string, value: Value) => Promise<void>;

/** A control on the page. */
interface Knob {
  show(control: LiveControl): void;
}

/** Sends the latest value of a parameter, one at a time: what comes while one is under way waits, the last of it only. */
class Sender {
  readonly #send: (value: Value) => Promise<void>;
  #waiting: { readonly value: Value } | null = null;
  #busy = false;

  constructor(send: (value: Value) => Promise<void>) {
    this.#send = send;
  }

  get busy(): boolean {
    return this.#busy;
  }

  async push(value: Value): Promise<void> {
    this.#waiting = { value };
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#waiting !== null) {
        const next: Value = (this.#waiting as { readonly value: Value }).value;
        this.#waiting = null;
        await this.#send(next);
      }
    } finally {
      this.#busy = false;
    }
  }
}

/** The live parameters of every stage as native inputs. */
export class Controls {
  readonly #place = byId('stages');
  readonly #refused = byId('refused');
  readonly #move: Mover;
  #knobs = new Map<string, Knob>();
  #shape = '';
  #enabled = false;

  constructor(move: Mover) {
    this.#move = move;
  }

  /** Whether anything can be moved. */
  set enabled(enabled: boolean) {
    this.#enabled = enabled;
    for (const one of this.#place.querySelectorAll('fieldset')) one.disabled = !enabled;
  }

  /** Shows the values of a pipeline, and other controls where it has others. */
  show(pipeline: PipelineView): void {
    const controls = controlsOf(pipeline);
    const shape = JSON.stringify(controls.map(({ value: _, ...rest }) => rest));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#knobs = new Map();
      const own = { id: '', stage: 'pipeline', controls: pipeline.controls };
      const shown = [own, ...pipeline.stages].filter((stage) => stage.controls.length > 0);
      const isOpen = (stage: object): boolean => stage === own || controls.length <= FEW;
      this.#place.replaceChildren(...shown.map((stage) => this.#stage(stage, isOpen(stage))));
      if (shown.length === 0)
        this.#place.append(element('p', {}, 'This pipeline has nothing that moves while it plays.'));
    }
    for (const control of controls) this.#knobs.get(control.path)?.show(control);
  }

  /** Opens a stage and goes to its first control. */
  open(id: string): void {
    const stage = document.getElementById(`stage-${id}`);
    if (!(stage instanceof HTMLDetailsElement)) return;
    stage.open = true;
    stage.querySelector('summary')?.focus({ preventScroll: true });
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    stage.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' });
  }

  /** The controls of a stage, or of the pipeline itself, which has no id. */
  #stage({ id, stage, controls }: Pick<StageView, 'id' | 'stage' | 'controls'>, open: boolean): HTMLElement {
    const name = id || stage;
    const kind = stage === name ? [] : [element('small', {}, ` ${stage}`)];
    const set = element('fieldset', { 'aria-label': name });
    set.disabled = !this.#enabled;
    set.append(...controls.map((control) => this.#knob(control, name)));
    const details = element('details', { id: `stage-${id}` }, element('summary', {}, name, ...kind), set);
    details.open = open;
    return details;
  }

  #knob(control: LiveControl, stage: string): HTMLElement {
    const { path, kind, label, meaning } = control;
    const sender = new Sender(async (value) => {
      try {
        await this.#move(path, value);
        say(this.#refused, '');
      } catch (error) {
        say(this.#refused, error instanceof Error ? error.message : String(error));
      }
    });
    const id = `control-${path}`;
    const make = { number: numberKnob, choice: choiceKnob, flag: flagKnob }[kind];
    const { inputs, show } = make(control, id, `${stage} ${label}`, sender);
    this.#knobs.set(path, { show });
    return element(
      'div',
      { class: `knob ${kind}` },
      element('label', { for: id }, label),
      ...inputs,
      element('small', {}, meaning),
    );
  }
}

/** What makes a control of some kind: its inputs, and how they show a value. */
type Make = (
  control: LiveControl,
  id: string,
  name: string,
  sender: Sender,
) => Knob & { inputs: HTMLElement[] };

/** A value that is being changed here is not written over by what the monitor says. */
const isHeld = (sender: Sender, ...inputs: readonly HTMLElement[]): boolean =>
  sender.busy || inputs.some((input) => input === document.activeElement && input.matches(':active'));

const numberKnob: Make = (control, id, name, sender) => {
  const { unit, min, max, whole } = control;
  const scale = controlScale(control);
  const slider = element('input', { id, type: 'range', 'aria-label': `${name}${unit && `, ${unit}`}` });
  const box = element('input', { type: 'number', 'aria-label': `${name} as a number`, inputmode: 'decimal' });
  Object.assign(slider, { min: scale.min, max: scale.max, step: scale.step });
  Object.assign(box, { min, max, step: whole ? 1 : 'any' });
  const words = (value: number): void => slider.setAttribute('aria-valuetext', `${value} ${unit}`.trim());
  slider.addEventListener('input', () => {
    const value = scale.toValue(slider.valueAsNumber);
    box.value = String(value);
    words(value);
    void sender.push(value);
  });
  box.addEventListener('change', () => {
    if (!box.reportValidity() || Number.isNaN(box.valueAsNumber)) return;
    slider.valueAsNumber = scale.toPlace(box.valueAsNumber);
    words(box.valueAsNumber);
    void sender.push(box.valueAsNumber);
  });
  const show = ({ value }: LiveControl): void => {
    if (isHeld(sender, slider) || box === document.activeElement) return;
    const number = Number(value);
    slider.valueAsNumber = scale.toPlace(number);
    box.value = String(Number.isInteger(number) ? number : shortNumber(number));
    words(number);
  };
  const withUnit = element('span', { class: 'value' }, box, element('span', {}, unit));
  return { inputs: [slider, withUnit], show };
};

const choiceKnob: Make = ({ choices }, id, name, sender) => {
  const select = element('select', { id, 'aria-label': name });
  select.append(...choices.map((word) => element('option', { value: word }, word)));
  select.addEventListener('change', () => void sender.push(select.value));
  const show = ({ value }: LiveControl): void => {
    if (!isHeld(sender, select)) select.value = String(value);
  };
  return { inputs: [select], show };
};

const flagKnob: Make = (_control, id, name, sender) => {
  const box = element('input', { id, type: 'checkbox', 'aria-label': name });
  box.addEventListener('change', () => void sender.push(box.checked));
  const show = ({ value }: LiveControl): void => {
    if (!isHeld(sender, box)) box.checked = value === true;
  };
  return { inputs: [box], show };
};
