/**
 * Calls what is not ours, without the lines that it writes to the console. The packages have no option for that; nothing
 * else can run meanwhile, since the call comes back in the same turn.
 */
export function withoutWords<T>(call: () => T): T {
  const { error } = console;
  console.error = () => {};
  try {
    return call();
  } finally {
    console.error = error;
  }
}
