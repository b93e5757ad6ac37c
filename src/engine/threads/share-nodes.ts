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
