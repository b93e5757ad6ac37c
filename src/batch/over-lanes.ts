/** Does `step` to every item in order, at most `lanes` at a time; each lane takes the next item when it is free. */
export async function overLanes<T>(
  items: readonly T[],
  lanes: number,
  step: (item: T, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (lane: number): Promise<void> => {
    while (next < items.length) await step(items[next++], lane);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, (_, lane) => run(lane)));
}
