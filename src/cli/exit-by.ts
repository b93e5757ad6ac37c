/** The process that a run ends with its code. */
type Ending = Pick<NodeJS.Process, 'exitCode' | 'once' | 'off'> & {
  readonly stderr: { readonly write: (text: string) => unknown };
};

/**
 * Sets the exit code when a run has ended. A run that can't end any more, because nothing is left that it could wait for, is
 * told of with code 70: Node would go with 0.
 */
export function exitBy(run: Promise<number>, ending: Ending): void {
  const onStuck = (): void => {
    ending.stderr.write(
      'auralis-stream: internal: the run stopped before its end, and its output is not complete, please report\n',
    );
    ending.exitCode = 70;
  };
  ending.once('beforeExit', onStuck);
  run.then((code) => {
    ending.off('beforeExit', onStuck);
    ending.exitCode = code;
  });
}
