#!/usr/bin/env node
import { loadCompiled } from './compiled-script.ts';
import { currentFolderIsGone } from './current-folder.ts';
import { exitBy } from './exit-by.ts';
import { openStdoutLate } from './late-stdout.ts';

// Whoever reads the words may be gone; the audio goes on.
process.stderr.on('error', () => {});
openStdoutLate();
// Node would open its inspector beside the audio.
process.on('SIGUSR1', () => {});

// The code is set, and never process.exit called, because that would cut a pipe at what the system had room for.
if (currentFolderIsGone()) {
  process.stderr.write('auralis-stream: the current folder has been removed, change to one that exists\n');
  process.exitCode = 2;
} else {
  const { runCommandLine } = loadCompiled<typeof import('./command-line.ts')>('command-line');
  exitBy(runCommandLine(process.argv.slice(2)), process);
}
