import type { AudioFormat } from '../../audio/format.ts';
import { type BackendName, onKernelMemory } from '../../dsp/kernel-memory.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { PreparedPipeline } from '../../graph/prepare-pipeline.ts';

/** What reading, decoding, encoding and writing take, in ns a sample: a run without stages, of 600 s of 16-bit stereo. */
const ENDS = 6;
const BLOCK_FRAMES = 4096;
/** Ms after which the times are believed when they have not got shorter: the engine has compiled the stages for good. */
const SETTLED = 20;
/** How much shorter counts, and how long there is time for that, in ms. */
const SHORTER = 0.97;
const MOST_TIME = 200;

/** What each node of a graph takes here, on noise, in ns a frame: the least of several blocks, as others use the machine too. */
export function nodeCosts(
  definition: PipelineDefinition,
  format: AudioFormat,
  backend: BackendName,
): number[] {
  const { run, segments } = onKernelMemory(
    backend,
    (memory) => new PreparedPipeline(definition, { format, maxFrames: BLOCK_FRAMES, memory }),
  );
  const [{ nodes }] = segments;
  const least = nodes.map(() => Number.POSITIVE_INFINITY);
  const end = performance.now() + MOST_TIME;
  let [word, total, since, now] = [1, Number.POSITIVE_INFINITY, 0, 0];
  do {
    for (const channel of run.input) {
      for (let i = 0; i < BLOCK_FRAMES; i++) {
        // Numerical Recipes' linear congruential generator, at -24 dBFS: a limiter rests most of the time.
        word = (Math.imul(word, 1664525) + 1013904223) | 0;
        channel[i] = word / 2 ** 35;
      }
    }
    for (let n = 0; n < nodes.length; n++) {
      const began = performance.now();
      nodes[n].process(BLOCK_FRAMES);
      least[n] = Math.min(least[n], ((performance.now() - began) * 1e6) / BLOCK_FRAMES);
    }
    now = performance.now();
    const sum = least.reduce((all, cost) => all + cost, 0);
    if (sum < SHORTER * total) [total, since] = [sum, now];
  } while (now < Math.min(end, since + SETTLED));
  return least;
}

/** What the thread that reads and writes has to do beside its nodes, in ns a frame. */
export const endsCost = ({ channels }: AudioFormat): number => ENDS * channels;

/**
 * Cuts a row of costs into at most `parts` stretches, the dearest of which is as cheap as can be; the first one has
 * `first` to bear already. Gives where each stretch behind the first begins.
 */
export function cutEvenly(costs: readonly number[], parts: number, first: number): number[] {
  const cutAt = (most: number): number[] => {
    const cuts: number[] = [];
    let sum = first;
    costs.forEach((cost, n) => {
      sum += cost;
      if (sum <= most) return;
      cuts.push(n);
      sum = cost;
    });
    return cuts;
  };
  const total = costs.reduce((sum, cost) => sum + cost, first);
  let [low, high] = [Math.max(first, ...costs), total];
  if (cutAt(low).length < parts) return cutAt(low);
  // A thousandth of the whole is finer than any measurement of it.
  while (high - low > total / 1000) {
    const middle = (low + high) / 2;
    if (cutAt(middle).length < parts) high = middle;
    else low = middle;
  }
  return cutAt(high);
}

/** How long threads take to come, in ns, and how many times as fast a run must be with them: others want the cores too. */
const START = 2e8;
const LEAST_GAIN = 1.4;

/** What the stretch costs that is dearest. */
export function dearest(costs: readonly number[], cuts: readonly number[], first: number): number {
  const ends = [...cuts, costs.length];
  const sums = ends.map((end, n) =>
    costs.slice(n === 0 ? 0 : cuts[n - 1], end).reduce((sum, cost) => sum + cost, n === 0 ? first : 0),
  );
  return Math.max(...sums);
}

/** Whether it is worth the while to cut there, for so many frames; without end where that is not known. */
export function pays(
  costs: readonly number[],
  cuts: readonly number[],
  first: number,
  frames: number | null,
): boolean {
  const alone = costs.reduce((sum, cost) => sum + cost, first);
  const together = dearest(costs, cuts, first);
  return alone >= LEAST_GAIN * together && (frames ?? Number.POSITIVE_INFINITY) * (alone - together) > START;
}
