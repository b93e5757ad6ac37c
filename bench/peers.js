// Who else does the same work on this machine: ffmpeg, SoX, NumPy with SciPy and Numba, Faust with a C++ compiler. What is
// missing is said, never passed over.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(`./peers/${name}`, import.meta.url));

/** First line that a program prints about its version, or null when it is not installed. */
function versionOf(program, flag) {
  const { status, stdout } = spawnSync(program, [flag], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0].trim() : null;
}

const IMPORTS =
  'import sys, numpy, scipy, numba; print("Python", sys.version.split()[0] + ", NumPy", numpy.__version__ + ", SciPy", scipy.__version__ + ", Numba", numba.__version__)';

/** The first Python that has all three. */
function findPython() {
  for (const program of ['python3', '/usr/bin/python3']) {
    const { status, stdout } = spawnSync(program, ['-c', IMPORTS], { encoding: 'utf8' });
    if (status === 0) return { program, version: stdout.trim() };
  }
  return null;
}

const python = findPython();

/** Version of each peer, or null where it is not installed. */
export const peers = {
  ffmpeg: versionOf('ffmpeg', '-version')?.replace(/ Copyright.*/, '') ?? null,
  sox: versionOf('sox', '--version')?.replace(/^sox:\s*/, '') ?? null,
  python: python?.version ?? null,
  faust: versionOf('faust', '--version'),
  'g++': versionOf('g++', '--version'),
};

/** Names of what is not installed. */
export const missingPeers = Object.keys(peers).filter((name) => peers[name] === null);

/** A script of bench/peers that waits in a process of its own, warm, and works when it is its turn. */
export class PythonPeer {
  #child;
  #lines;

  static async start(script, ...args) {
    if (python === null) return null;
    const peer = new PythonPeer(script, args);
    await peer.#lines.next();
    return peer;
  }

  constructor(script, args) {
    const env = { ...process.env, OMP_NUM_THREADS: '1', NUMBA_NUM_THREADS: '1' };
    this.#child = spawn(python.program, [here(script), ...args.map(String)], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Seconds that the named work took, once. */
  async seconds(work) {
    this.#child.stdin.write(`${work}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the peer ended at "${work}"`);
    return Number(value);
  }

  async end() {
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }
}

const BUILD = fileURLToPath(new URL('./results/build/', import.meta.url));

/** The program made of bench/peers/chain.dsp by Faust and g++ -O3 -march=native, or null; built when it is out of date. */
export function faustChain() {
  if (peers.faust === null || peers['g++'] === null) return null;
  const program = join(BUILD, 'chain');
  const sources = [here('chain.dsp'), here('chain-main.cpp')];
  const age = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (age(program) > Math.max(...sources.map(age))) return program;
  mkdirSync(BUILD, { recursive: true });
  const run = (command, ...words) => {
    const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  };
  run('faust', '-lang', 'cpp', '-cn', 'Chain', '-o', join(BUILD, 'chain.hpp'), sources[0]);
  run('g++', '-O3', '-march=native', '-std=c++17', `-I${BUILD}`, sources[1], '-o', program);
  return program;
}
