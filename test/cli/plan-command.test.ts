import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, stages: object[], rest: object = {}): string => {
  writeFileSync(join(folder, name), JSON.stringify({ stages, ...rest }));
  return join(folder, name);
};

/** Lookaheads of 5 and 2 ms, which are 240 and 96 frames at 48 kHz, beside a dry way. */
const GRAPH = file('graph.json', [
  { stage: 'gain', id: 'a', input: 'in' },
  { stage: 'compressor', id: 'b', input: 'a', lookahead: 5 },
  { stage: 'compressor', id: 'c', input: 'a', key: 'b', lookahead: 2 },
  { stage: 'mix', id: 'sum', input: ['in', { from: 'b', gain: -3 }, 'c'] },
]);

describe.concurrent('plan', () => {
  it('shows how 2 threads share the stages: 37 ns a frame, of which the dearer one has 20', async () => {
    const { stdout } = await run(['plan', GRAPH, '--threads', '2', '--json']);
    const { shares } = JSON.parse(stdout.toString());
    expect(shares).toEqual({
      stages: [['a'], ['b', 'c', 'sum']],
      gain: 37 / 20,
    });
    const line = (await run(['plan', GRAPH, '--threads', '2'])).stdout.toString();
    expect(line).toContain('on 2 threads: read, a, write | b, c, sum; at best 1.9 times as fast\n');
    expect(await run(['plan', GRAPH, '--threads', 'two'])).toMatchObject({
      code: 2,
      stderr: 'auralis-stream: --threads "two": expected a whole number from 1 to 64, or auto\n',
    });
  });

  it('draws the graph, lanes for wires, a dot an entry', async () => {
    const { code, stdout } = await run(['plan', GRAPH]);
    expect(code).toBe(0);
    expect(stdout.toString().split('\n').slice(2, 13)).toEqual([
      '○      in  48000 Hz, 2 channels',
      '├─┐',
      '│ ●    a  gain',
      '│ ├─┐',
      '│ │ ●  b  compressor, late by 240',
      '│ ├─┤',
      '│ ● │  c  compressor, key b, late by 96',
      '├─┴─┘',
      '●      sum  mix',
      '○      out',
      '',
    ]);
  });

  it('draws 2 inputs and 3 outputs with a dot each, one of them in front of all stages', async () => {
    const ends = file(
      'ends.json',
      [
        { stage: 'crossover', id: 'x', input: 'voice', freqs: [300] },
        { stage: 'mix', id: 'sum', input: ['x.band1', 'x.band2', 'music'] },
      ],
      { inputs: ['voice', 'music'], outputs: { main: 'sum', low: 'x.band1', dry: 'voice' } },
    );
    const { stdout } = await run(['plan', ends]);
    expect(stdout.toString().split('\n').slice(2, 13)).toEqual([
      '○        voice  48000 Hz, 2 channels',
      '│ ○      music  48000 Hz, 2 channels',
      '├─╫─┐',
      '│ │ ●    x  crossover',
      '│ │ ├─┐',
      '│ ├─┼─┘',
      '│ ● │    sum  mix',
      '│ ○ │    main',
      '│   ○    low',
      '○        dry',
      '',
    ]);
    const plan = JSON.parse((await run(['plan', ends, '--json'])).stdout.toString());
    expect(plan.paths.map(({ input, output }: Record<string, string>) => `${input} ${output}`)).toEqual([
      'voice main',
      'voice main',
      'music main',
      'voice low',
      'voice dry',
    ]);
    const mermaid = (await run(['plan', ends, '--mermaid'])).stdout.toString();
    expect(mermaid.match(/\(\["/g)).toHaveLength(5);
  });

  it('tells latencies and delays to the frame in JSON, for 44.1 kHz too', async () => {
    const plan = JSON.parse((await run(['plan', GRAPH, '--json'])).stdout.toString());
    expect(plan.entries.map((entry: { totalLatency: number }) => entry.totalLatency)).toEqual([
      0, 240, 336, 336,
    ]);
    expect(plan.entries[2].inputs[0].delay).toBe(240);
    expect(plan.entries[3].inputs.map((input: { delay: number }) => input.delay)).toEqual([336, 96, 0]);
    expect(plan.latency).toBe(336);
    for (const { load, bytes, params } of plan.entries) {
      expect(load).toBeGreaterThan(0);
      expect(bytes).toBeGreaterThan(0);
      expect(params).toBeTypeOf('object');
    }
    for (const { latency, delay } of plan.paths) expect(latency + delay).toBe(336);
    const { stdout } = await run([
      'plan',
      GRAPH,
      '--input-rate',
      '44100',
      '--input-channels',
      '1',
      '--latency',
    ]);
    expect(stdout.toString()).toBe('latency 309 frames, 7.0 ms at 44100 Hz; the output is aligned\n');
  });

  it('shows what --rate and --channels put in front', async () => {
    const { stdout } = await run(['plan', GRAPH, '--rate', '96000', '--channels', 'mono', '--json']);
    const { entries } = JSON.parse(stdout.toString());
    expect(entries.slice(0, 2).map(({ id }: { id: string }) => id)).toEqual(['to-channels', 'to-rate']);
    expect(entries[2].format).toMatchObject({ sampleRate: 96000, channels: 1 });
  });

  it('draws SVG and Mermaid with a box an entry and a line a wire', async () => {
    const picture = join(folder, 'plan.svg');
    await run(['plan', GRAPH, '--svg', picture]);
    const again = await run(['plan', GRAPH, '--svg', picture]);
    expect(again.stderr).toBe(`auralis-stream: --svg ${picture}: exists, add --force to write over it\n`);
    expect(again.code).toBe(2);
    expect((await run(['plan', GRAPH, '--svg', picture, '-f'])).code).toBe(0);
    const svg = readFileSync(picture, 'utf8');
    expect(svg).toContain('<svg');
    expect(svg.match(/class="node"/g)).toHaveLength(6);
    expect(svg.match(/class="edge"/g)).toHaveLength(8);
    const { stdout } = await run(['plan', GRAPH, '--mermaid']);
    expect(stdout.toString()).toContain('  n1 -.->|"key"| n2\n');
    expect(stdout.toString()).toContain('  n1 -->|"-3 dB, +96 frames"| n3\n');
  });

  it('refuses two forms at once and a missing pipeline, with code 2', async () => {
    expect((await run(['plan', GRAPH, '--json', '--mermaid'])).stderr).toContain(
      '--json and --mermaid: expected one',
    );
    expect((await run(['plan'])).code).toBe(2);
  });
});

describe.concurrent('check', () => {
  it('names every problem of every file, moves included, with code 2, and says what is right', async () => {
    const first = file('first.json', [{ stage: 'gian' }, { stage: 'limiter', ceiling: 3 }]);
    const second = file('second.json', [{ stage: 'gain' }], {
      automation: [{ at: 1, set: 'gain.gane', to: 1 }],
    });
    const { code, stdout, stderr } = await run(['check', first, GRAPH, second]);
    expect(code).toBe(2);
    expect(stdout.toString()).toBe(`${GRAPH}: ok, 4 stages\n`);
    expect(stderr.trim().split('\n')).toHaveLength(3);
    expect(stderr).toContain('did you mean "gain"?');
    expect(stderr).toContain('automation[0]: ');
    expect((await run(['check', GRAPH])).code).toBe(0);
  });

  it('reads the files of a schedule too, so that a missing one is told of in daytime', async () => {
    const station = file('station.json', [{ stage: 'gain' }], {
      timeZone: 'Europe/Berlin',
      schedule: [{ at: '06:00', use: 'gone.json' }],
    });
    const { code, stderr } = await run(['check', station]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^auralis-stream: [^\n]*gone\.json: no such file or directory\n$/);
  });
});
