import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** Which room may import which; every arrow points down this list. */
const ROOMS: Record<string, readonly string[]> = {
  audio: [],
  kernels: [],
  dsp: ['audio'],
  demo: ['dsp', 'audio'],
  io: ['dsp', 'audio'],
  monitor: ['audio'],
  stages: ['dsp', 'audio'],
  graph: ['stages', 'dsp', 'audio'],
  mastering: ['stages', 'dsp', 'audio'],
  engine: ['graph', 'mastering', 'stages', 'io', 'monitor', 'dsp', 'audio'],
  batch: ['engine', 'monitor', 'audio'],
  cli: ['batch', 'engine', 'graph', 'mastering', 'stages', 'io', 'monitor', 'demo', 'dsp', 'audio'],
  'index.ts': ['batch', 'engine', 'graph', 'mastering', 'stages', 'io', 'dsp', 'audio'],
};

/** The same inside rooms that have rooms; all of these may import the files beside them, which import none of them. */
const INSIDE: Record<string, Record<string, readonly string[]>> = {
  dsp: {
    gain: [],
    delay: [],
    dither: [],
    rate: ['gain'],
    levels: ['gain'],
    spectrum: ['levels', 'gain'],
    filters: ['delay', 'gain'],
    loudness: ['filters', 'levels', 'gain'],
    dynamics: ['filters', 'levels', 'delay', 'gain'],
  },
  engine: {
    files: [],
    air: ['files'],
    threads: [],
    analysis: ['files'],
    pipelines: ['analysis', 'files', 'threads'],
    passes: ['pipelines', 'analysis', 'files'],
    path: ['analysis', 'files', 'threads'],
    checkpoint: ['path', 'analysis', 'files'],
    run: ['checkpoint', 'path', 'pipelines', 'analysis', 'air', 'files', 'threads'],
  },
};

/** Which files may import which package, by the start of their path; a package not listed is not used at all. */
const PACKAGES: Record<string, readonly string[]> = {
  '@resvg/resvg-wasm': ['monitor/svg-to-png.ts'],
  '@viz-js/viz': ['cli/plan-svg.ts'],
  '@wasm-audio-decoders/flac': ['io/decode-codec.ts', 'io/decode-flac.ts'],
  '@wasm-audio-decoders/ogg-vorbis': ['io/decode-codec.ts', 'io/decode-vorbis.ts'],
  bullmq: ['batch/queue/'],
  'cli-progress': ['monitor/'],
  croner: ['cli/schedule.ts'],
  echarts: ['monitor/chart-svg.ts'],
  fastify: ['monitor/server/monitor-server.ts'],
  ioredis: ['batch/queue/'],
  'jsonc-parser': ['graph/'],
  'mpg123-decoder': ['io/decode-codec.ts', 'io/decode-mp3.ts'],
  pngjs: ['monitor/spectrogram-image.ts'],
  piscina: ['batch/', 'engine/analysis/spectrum-pool.ts'],
  'prom-client': ['monitor/server/metrics.ts'],
  'stream-chain': ['engine/run/audio-path.ts'],
  through2: ['stages/block-transform.ts', 'io/'],
  uplot: ['monitor/page/'],
  ws: ['monitor/server/meter-feed.ts'],
  yargs: ['cli/'],
  zod: [
    'stages/',
    'graph/',
    'mastering/',
    'cli/',
    'engine/run/decision-file.ts',
    'engine/analysis/target-files.ts',
  ],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => name.split(sep).join('/'));

/** Every import of every source file; relative ones as a path under src/. */
const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(SRC, from), 'utf8');
  const targets = [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g)].map(([, target]) => target);
  return targets.map((target) => ({
    from,
    to: target.startsWith('.')
      ? normalize(join(dirname(from), target))
          .split(sep)
          .join('/')
      : target,
  }));
});

const roomOf = (path: string): string => path.split('/')[0];
/** The folder inside a room; empty for the files beside the folders. */
const innerRoomOf = (path: string): string => path.split('/').slice(1, -1).join('/');
const isFile = (target: string): boolean => target.endsWith('.ts') || target.startsWith('kernels/');
const isBuiltin = (target: string): boolean => target.startsWith('node:') || builtinModules.includes(target);
const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');

describe('the house', () => {
  it('has no room but those in the table', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in ROOMS))).toEqual([]);
  });

  it('imports one way: no arrow against the table', () => {
    const strays = imports.filter(
      ({ from, to }) =>
        isFile(to) && roomOf(to) !== roomOf(from) && !ROOMS[roomOf(from)].includes(roomOf(to)),
    );
    expect(strays).toEqual([]);
  });

  it.each(Object.entries(INSIDE))('imports one way inside %s too', (outer, rooms) => {
    const inside = imports.filter(({ from, to }) => roomOf(from) === outer && roomOf(to) === outer);
    const strays = inside.filter(({ from, to }) => {
      const [room, other] = [innerRoomOf(from), innerRoomOf(to)];
      return other !== '' && other !== room && !rooms[room]?.includes(other);
    });
    expect(strays).toEqual([]);
    expect(new Set(files.filter((file) => roomOf(file) === outer).map(innerRoomOf))).toEqual(
      new Set(['', ...Object.keys(rooms)]),
    );
  });

  it('has no cycle between files', () => {
    const edges = new Map(
      files.map((file) => [file, imports.filter(({ from }) => from === file).map(({ to }) => to)]),
    );
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) throw new Error(`cycle: ${[...path, file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
  });

  it('keeps each package in the files that may use it', () => {
    const strays = imports.filter(({ from, to }) => {
      if (isFile(to) || isBuiltin(to) || roomOf(from) === 'kernels') return false;
      return !(PACKAGES[packageOf(to)] ?? []).some((allowed) => from.startsWith(allowed));
    });
    expect(strays).toEqual([]);
  });

  it('keeps Node out of audio, dsp, demo, graph and mastering, and in stages to the type of a stream', () => {
    const pure = ['audio', 'dsp', 'demo', 'graph', 'mastering', 'stages'];
    const strays = imports.filter(
      ({ from, to }) => pure.includes(roomOf(from)) && isBuiltin(to) && to !== 'node:stream',
    );
    expect(strays).toEqual([]);
  });

  it('has no stage that imports another', () => {
    const stageFiles = new Set(
      [...readFileSync(join(SRC, 'stages/registry.ts'), 'utf8').matchAll(/'\.\/([\w-]+\.ts)'/g)]
        .map(([, name]) => `stages/${name}`)
        .filter((name) => name !== 'stages/define-stage.ts'),
    );
    expect(imports.filter(({ from, to }) => stageFiles.has(from) && stageFiles.has(to))).toEqual([]);
  });

  it.each(['process.argv', 'process.stdin', 'process.stdout', 'process.exit', 'console.'])(
    'names %s nowhere but in cli',
    (name) => {
      const strays = files.filter(
        (file) => roomOf(file) !== 'cli' && readFileSync(join(SRC, file), 'utf8').includes(name),
      );
      // There, packages are kept from the console.
      expect(strays).toEqual(name === 'console.' ? ['io/without-words.ts'] : []);
    },
  );

  it('leaves what decides a sample to dsp/elementary.ts: no Math.sin, exp, log, pow... in dsp, stages, graph, mastering, io, demo', () => {
    const engineMaths =
      /Math\.(sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|exp|expm1|log|log2|log10|log1p|pow|cbrt|hypot)\(|(?<!\b2) \*\*/;
    const strays = files.filter((file) => {
      if (!['dsp', 'stages', 'graph', 'mastering', 'io', 'demo'].includes(roomOf(file))) return false;
      const code = readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      return engineMaths.test(code);
    });
    expect(strays).toEqual([]);
  });
});
