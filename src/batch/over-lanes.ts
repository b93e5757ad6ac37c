/** Does `step` to every item in order, at most `lanes` at a time; the next begins when one is through. */
export async function overLanes<T>(
  items: readonly T[],
  lanes: number,
  step: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < items.length) await step(items[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, run));
}
