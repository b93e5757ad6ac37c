import { Writable } from 'node:stream';

/**
 * Puts a stand-in in stdout's place that opens it with the first word. Node's own makes a pipe non-blocking as soon as
 * it is looked at, and `pipe()` and yargs look at it. All who write to that pipe share the setting, so that a `cat`
 * beside us would fail with "resource temporarily unavailable" though our audio goes elsewhere.
 */
export function openStdoutLate(): void {
  const open = Object.getOwnPropertyDescriptor(process, 'stdout')!.get!;
  let stdout: Writable | undefined;
  const standIn = new Writable({
    decodeStrings: false,
    write(words, encoding, done) {
      // What goes wrong comes back to the stand-in by way of `done`.
      stdout ??= (open.call(process) as Writable).on('error', () => {});
      stdout.write(words, encoding, done);
    },
  });
  Object.defineProperty(process, 'stdout', { value: standIn, configurable: true });
}
