// npm run audit: asks the registry for known weaknesses of what the package installs. Not every registry offers an
// audit; where it does not, that is said, and it is no failure of ours.
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', shell: true });

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const total = read(stdout).metadata?.vulnerabilities?.total;
if (total === undefined) {
  console.log('audit: the registry in use offers no audit, so nothing was checked');
} else if (total === 0) {
  console.log('audit: no known weaknesses in what the package installs');
} else {
  console.log(stdout);
  console.log(`audit: ${total} known weaknesses`);
  process.exitCode = 1;
}
