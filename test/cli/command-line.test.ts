import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stages } from '../../src/stages/registry.ts';
import { outcome, run, start } from './command.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe.concurrent('a wrong command line: code 2, one line, the nearest valid name', () => {
  it.each([
    [['stagse'], 'did you mean "stages"?'],
    [['masterin'], 'did you mean "mastering"?'],
    [['mastering', '--fromat', 's16'], 'unknown option --fromat, did you mean "--format"?'],
    [['demo', '--secons', '3'], 'unknown option --secons, did you mean "--seconds"?'],
    [['mastering', '-x'], 'unknown option -x'],
    [['mastering', '--format', 's17'], 'did you mean "s16"?'],
    [['mastering', '--backend', 'wsam'], 'did you mean "wasm"?'],
    [['mastering', '--raw', 's16el:48000:2'], 'did you mean "s16le"?'],
    [['mastering', '--set', 'limitter.ceiling=-2'], 'did you mean "limiter"?'],
    [['mastering', '--set', 'limiter.celing=-2'], 'did you mean "ceiling"?'],
    [['mastering', '--seed', 'dice'], '--seed "dice": expected a whole number from 0 to'],
    [['mastering', '--block-frames', '0'], '--block-frames "0": expected a whole number from 1 to 65536'],
    [['mastering', '--format', 's16', '--format', 's24'], '--format is given 2 times, expected once'],
    [['mastering', '--set'], 'not enough arguments following: set'],
    [['mastering', 'a', 'b', 'c'], 'unexpected argument "c"'],
    [['mastering', '--force=maybe'], '--force is on or not, and takes no value; found "maybe"'],
    [['plan', 'mastering', '--channels', '64'], 'no rule takes FL FR to 64 channels without places'],
    [['analyze', ''], 'the name of an input is empty'],
    [['stages', 'compresser'], 'did you mean "compressor"?'],
    [['master', 'x', 'y', '--passes', '3'], '--passes "3": expected a whole number from 1 to 2\n'],
    [['LICENSE'], '; for the file of that name write ./LICENSE'],
    [['demo', 'loud'], 'unexpected argument "loud"'],
    [['demo', '--rate', '7999'], '--rate "7999": expected a whole number from 8000 to 192000'],
    [[], 'no pipeline given: auralis-stream PIPELINE [IN] [OUT], with a file or one of adaptive'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toMatch(/^auralis-stream: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout.length).toBe(0);
  });

  it('a stack trace comes only with --debug', async () => {
    expect((await run(['masterin'])).stderr).not.toContain('    at ');
    expect((await run(['masterin', '--debug'])).stderr).toContain('    at ');
  });
});

describe.concurrent('help and version', () => {
  it('--help of analyze and of master names every shipped target and preset', async () => {
    const names = (folder: string): string[] =>
      readdirSync(new URL(`../../${folder}`, import.meta.url))
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length));
    for (const [command, folder] of Object.entries({ analyze: 'targets', master: 'targets/mastering' })) {
      const words = (await run([command, '--help'])).stdout.toString().split(/[\s,]+/);
      expect(words).toEqual(expect.arrayContaining(names(folder)));
    }
  });

  it('--help shows the usage, every command and an example', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of ['[PIPELINE] [IN] [OUT]', 'stages', 'schema', 'demo', 'doctor', 'cat in.wav |']) {
      expect(stdout.toString()).toContain(word);
    }
  });

  it('--version is that of the package', async () => {
    expect((await run(['--version'])).stdout.toString()).toBe(`${version}\n`);
  });
});

describe.concurrent('stages', () => {
  it('lists every registered stage, one a line', async () => {
    const { stdout } = await run(['stages']);
    const names = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual(stages.map(({ name }) => name));
  });

  it('prints unit, range and default of a parameter', async () => {
    const { stdout } = await run(['stages', 'compressor']);
    expect(stdout.toString()).toMatch(/\nratio +2 +:1 +1 to 100 +live +/);
  });
});

describe.concurrent('schema', () => {
  it('is the JSON Schema that the package ships', async () => {
    const { stdout } = await run(['schema']);
    expect(JSON.parse(stdout.toString())).toMatchObject({ title: 'auralis-stream pipeline' });
  });
});

describe.concurrent('demo', () => {
  it('writes exactly 2 s of stereo at the rate and in the format asked for', async () => {
    const { code, stdout, stderr } = await run([
      'demo',
      '--seconds',
      '2',
      '--rate',
      '48000',
      '--format',
      's24',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const at = stdout.indexOf('data');
    expect(stdout.readUInt32LE(at + 4)).toBe(2 * 48000 * 6);
    expect(stdout.length).toBe(at + 8 + 2 * 48000 * 6);
  });

  it('ends quietly when the reader goes away', async () => {
    const child = start(['demo'], ['ignore', 'pipe', 'pipe']);
    const ended = outcome(child).catch(() => null);
    child.stdout!.once('data', () => child.stdout!.destroy());
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    await ended;
  });
});

describe.concurrent('doctor', () => {
  it('names backend and versions, and finds that the backends agree', async () => {
    const { code, stdout } = await run(['doctor']);
    const text = stdout.toString();
    expect(code).toBe(0);
    expect(text).toContain(`auralis-stream  ${version}`);
    expect(text).toContain(process.version);
    expect(text).toMatch(/^backend +wasm \(/m);
    expect(text).toMatch(/^wasm +\d+ x real time/m);
    expect(text).toMatch(/^reference +\d+ x real time/m);
    expect(text).toMatch(/^self-test .*: ok$/m);
  });
});

describe.skipIf(process.platform === 'win32')('what is no word', () => {
  it.each([
    [['check', 'a\nb.json'], 'a\\nb.json'],
    [['mastering', '--set', 'lim\niter.x=1'], 'lim\\niter.x: no entry'],
    [['mastering', 'in\u001b[2J.wav'], 'in\\x1b[2J.wav'],
    [['analyze', 'none\n/out\t\u0007.wav'], 'none\\n/out\\t\\x07.wav'],
  ])('stands escaped in 1 line: %j', async (args, shown) => {
    const { stderr } = await run(args);
    expect(stderr).toMatch(/^auralis-stream: [^\p{Cc}]+\n$/u);
    expect(stderr).toContain(shown);
  });

  it('SIGUSR1 changes nothing: no inspector, code 0, all of the audio', async () => {
    const child = start(['demo', '--seconds', '2']);
    const ended = outcome(child);
    child.stdout!.once('readable', () => child.kill('SIGUSR1'));
    const { code, stderr, stdout } = await ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.equals((await run(['demo', '--seconds', '2'])).stdout)).toBe(true);
  });
});
