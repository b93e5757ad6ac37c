// Masters a piece with the bundled command line, from file to file and as it comes in, and keeps, beside it, what V8 has compiled of
// it by then: a run by the same version of Node does not compile that again.
import { keepCompiled } from '../dist/cli/compiled-script.js';

const [piece] = process.argv.slice(2);
const RUNS = [['master', piece, `${piece}.mastered.wav`, '--passes', '1'], ['mastering']];

await keepCompiled('command-line', async ({ runCommandLine }) => {
  for (const args of RUNS) process.exitCode ||= await runCommandLine(args);
});
