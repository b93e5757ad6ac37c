#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';

// Whoever reads the words may be gone; the audio goes on.
process.stderr.on('error', () => {});

// The code is set, and never process.exit called, because that would cut a pipe at what the system had room for.
process.exitCode = await runCommandLine(process.argv.slice(2));
