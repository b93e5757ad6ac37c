import type { PipelineDefinition, PipelineEntry } from '../graph/definition.ts';
import type { LiveControl, PipelineView, StageView } from '../monitor/monitored-run.ts';
import { liveParameters } from '../stages/live-parameters.ts';

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

/** A pipeline as a monitor draws it. */
export function pipelineView(pipeline: PipelineDefinition, version: number): PipelineView {
  const { name, description = '', inputs, outputs, entries } = pipeline;
  const stages = entries.map(stageView);
  const controls = stages.filter(({ bypass }) => !bypass).flatMap((stage) => stage.controls);
  return {
    version,
    name,
    description,
    inputs,
    outputs: outputs.map((output) => ({ name: output.name, from: output.from.from })),
    stages,
    target: lastWith(controls, 'target', 'LUFS'),
    ceiling: lastWith(controls, 'ceiling', 'dBTP'),
  };
}
