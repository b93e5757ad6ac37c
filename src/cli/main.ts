#!/usr/bin/env node
import { currentFolderIsGone } from './current-folder.ts';
import { openStdoutLate } from './late-stdout.ts';

// Whoever reads the words may be gone; the audio goes on.
process.stderr.on('error', () => {});
openStdoutLate();

// The code is set, and never process.exit called, because that would cut a pipe at what the system had room for.
if (currentFolderIsGone()) {
  process.stderr.write('auralis-stream: the current folder has been removed, change to one that exists\n');
  process.exitCode = 2;
} else {
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
}
