// Masters what comes in with the bundled command line and keeps, beside it, what V8 has compiled of it by then: a run by the same
// version of Node does not compile that again.
import { keepCompiled } from '../dist/cli/compiled-script.js';

await keepCompiled('command-line', async ({ runCommandLine }) => {
  process.exitCode = await runCommandLine(['mastering']);
});
