import type { Knob, PipelineDefinition, PipelineEntry } from '../../graph/definition.ts';
import type { LiveControl, PipelineView, StageView } from '../../monitor/monitored-run.ts';
import { liveParameters } from '../../stages/live-parameters.ts';

function stageView({ id, definition, params, inputs, key, bypass, description }: PipelineEntry): StageView {
  return {
    id,
    stage: definition.name,
    summary: description ?? definition.summary,
    inputs: inputs.map(({ from }) => from),
    key: key?.from ?? null,
    bypass,
    controls: liveParameters(definition, params).map(({ name, ...rest }) => ({
      ...rest,
      path: `${id}.${name}`,
      label: name,
    })),
  };
}

/** A parameter in a unit that the last entry with one has. */
function lastWith(controls: readonly LiveControl[], name: string, unit: string): number | null {
  const found = controls.filter(({ label, unit: own }) => label === name && own === unit).at(-1);
  return typeof found?.value === 'number' ? found.value : null;
}

/** A path with its places in lists written one way. */
const plain = (path: string): string => path.replace(/\[(\d+)\]/g, '.$1');

/** A knob of the pipeline as a control, standing where its first parameter does; null where not all that it turns can move. */
function knobControl(name: string, knob: Knob, controls: readonly LiveControl[]): LiveControl | null {
  const { description = '', unit, to } = knob;
  const targets = to.map(({ path }) => controls.find((control) => plain(control.path) === plain(path)));
  const [first] = targets;
  if (first === undefined || targets.includes(undefined) || typeof first.value !== 'number') return null;
  const [{ range }] = to;
  const { min = range ? 0 : first.min!, max = range ? 1 : first.max! } = knob;
  const share = range && (first.value - range[0]) / (range[1] - range[0]);
  const value = share === undefined ? first.value : min + share * (max - min);
  const basic = { path: name, label: name, unit: unit ?? (range ? '' : first.unit), meaning: description };
  const whole = range === undefined && first.whole;
  return { ...first, ...basic, min, max, whole, value: Math.min(max, Math.max(min, value)) };
}

/** A pipeline as a monitor draws it. */
export function pipelineView(pipeline: PipelineDefinition, version: number): PipelineView {
  const { name, description = '', inputs, outputs, entries } = pipeline;
  const stages = entries.map(stageView);
  const controls = stages.filter(({ bypass }) => !bypass).flatMap((stage) => stage.controls);
  const all = stages.flatMap((stage) => stage.controls);
  const knobs = Object.entries(pipeline.parameters);
  return {
    version,
    name,
    description,
    inputs,
    outputs: outputs.map((output) => ({ name: output.name, from: output.from.from })),
    controls: knobs.flatMap(([knob, how]) => knobControl(knob, how, all) ?? []),
    stages,
    target: lastWith(controls, 'target', 'LUFS'),
    ceiling: lastWith(controls, 'ceiling', 'dBTP'),
  };
}
