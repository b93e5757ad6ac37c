// Writes what the bundled command line's worker threads begin with, and has each work on the WAV that comes in, to keep what V8
// has compiled by then: dist/cli/NAME-worker.js does what dist/cli/NAME-work.js says.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { audioFormat } from '../dist/audio/format.js';
import { keepCompiled } from '../dist/cli/compiled-script.js';

const cli = fileURLToPath(new URL('../dist/cli/', import.meta.url));

const writeWorker = (name, body) => writeFileSync(join(cli, `${name}-worker.js`), `${body}\n`);

/** Runs `auralis-stream WORDS`, whose threads keep by themselves, because they have ends that are only there. */
function keepInThread(name, keeping, words) {
  writeWorker(name, `const { keepCompiled } = require('./compiled-script.js');\n${keeping}`);
  execFileSync(process.execPath, [join(cli, 'main.js'), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const folder = mkdtempSync(join(tmpdir(), 'compile-'));
try {
  const [input, output] = [join(folder, 'in.wav'), join(folder, 'out')];
  writeFileSync(input, readFileSync(0));
  keepInThread('graph', "keepCompiled('graph-work', ({ done }) => done);", [
    ...['three-band', input, output, '--threads', '2', '--quiet'],
  ]);
  keepInThread(
    'track',
    "exports.masterTrack = (task) => keepCompiled('track-work', ({ masterTrack }) => masterTrack(task));",
    ['batch', input, '-o', join(folder, 'mastered'), '--preset', 'warm', '--quiet'],
  );
} finally {
  rmSync(folder, { recursive: true });
}
// The command line has files of minutes analysed so: noise will do.
await keepCompiled('spectrum-work', async ({ analyseRange }) => {
  const frames = 44100;
  const noise = Float32Array.from({ length: frames }, (_, n) => ((n * n) % 101) / 101 - 0.5);
  const spec = { format: audioFormat(44100, 2), fftSize: 4096 };
  analyseRange({ spec, backend: 'wasm', channels: [noise, noise], frames, lead: 0, withRecords: true });
});
for (const name of ['graph', 'track', 'spectrum']) {
  writeWorker(name, `module.exports = require('./compiled-script.js').loadCompiled('${name}-work');`);
}
