import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { MAIN, outcome, run, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const EMPTY = file('empty.json');
const CHAIN = file('chain.json');
const METER = file('meter.json');
writeFileSync(EMPTY, '{"stages":[]}');
writeFileSync(CHAIN, '{"stages":[{"stage":"compressor"},{"stage":"limiter","ceiling":-3}]}');
writeFileSync(METER, '{"stages":[{"stage":"analyzer","interval":100}]}');

/** 3 s of stereo at 48 kHz: 576,044 bytes, more than any pipe or buffer on the way holds. */
const WAV = wav16(noise16(288_000));
const IN = file('in.wav');
writeFileSync(IN, WAV);

describe.concurrent('a run from pipe to pipe', () => {
  it('gives back all 576,044 bytes through an empty pipeline, and says nothing', async () => {
    const { code, stdout, stderr } = await run([EMPTY], WAV);
    expect(stdout.equals(WAV)).toBe(true);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('gives every byte to a reader that sleeps between reads', async () => {
    const child = start([EMPTY, IN], ['ignore', 'pipe', 'pipe']);
    let bytes = 0;
    for await (const chunk of child.stdout!) {
      bytes += chunk.length;
      await pause(20);
    }
    expect(bytes).toBe(WAV.length);
  });

  it('gives the same bytes on both backends, and others with another seed', async () => {
    const [wasm, reference, other] = await Promise.all([
      run([CHAIN, IN]),
      run([CHAIN, IN, '-', '--backend', 'reference', '--block-frames', '100']),
      run([CHAIN, IN, '--seed', '1']),
    ]);
    expect(wasm.stdout.length).toBe(WAV.length);
    expect(wasm.stdout.equals(reference.stdout)).toBe(true);
    expect(wasm.stdout.equals(other.stdout)).toBe(false);
  });

  it('ends quietly with code 0 when the reader goes away', async () => {
    const child = start([CHAIN, IN], ['ignore', 'pipe', 'pipe']);
    child.stdout!.once('data', () => child.stdout!.destroy());
    const stderr: Buffer[] = [];
    child.stderr!.on('data', (chunk) => stderr.push(chunk));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, Buffer.concat(stderr).toString()]).toEqual([0, '']);
  });

  it('warns once when the input ends 1000 frames early, and leaves the header', async () => {
    const { code, stdout, stderr } = await run([EMPTY], WAV.subarray(0, WAV.length - 4000));
    expect(stdout.equals(WAV.subarray(0, WAV.length - 4000))).toBe(true);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'auralis-stream: warning: input ended early: 1000 of 144000 announced frames are missing\n',
    );
  });

  it('reads samples without a header', async () => {
    const raw = WAV.subarray(44);
    const { code, stdout } = await run([EMPTY, '--raw', 's16le:48000:2'], raw);
    expect(code).toBe(0);
    expect(stdout.equals(raw)).toBe(true);
  });
});

describe.concurrent.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  const code = signal === 'SIGTERM' ? 143 : 130;

  it(`ends a run that waits for input with code ${code}, and all 50,000 frames that came`, async () => {
    const child = start([CHAIN]);
    child.stdin!.write(WAV.subarray(0, 44 + 50_000 * 4));
    const ended = outcome(child);
    child.stdout!.once('data', () => setTimeout(() => child.kill(signal), 100));
    const { stdout, ...end } = await ended;
    expect(end).toEqual({ code, signal: null, stderr: '' });
    expect(stdout.length).toBe(44 + 50_000 * 4);
  });

  it.each([true, false])(
    'leaves all 50,000 frames in a file with --partial, none without: %s',
    async (partial) => {
      const place = file(`${signal}-${partial}`);
      mkdirSync(place);
      const out = join(place, 'out.wav');
      const child = start([CHAIN, '-', out, ...(partial ? ['--partial'] : [])]);
      child.stdin!.write(WAV.subarray(0, 44 + 50_000 * 4));
      const ended = outcome(child);
      while (readdirSync(place).length === 0) await pause(20);
      expect(existsSync(out)).toBe(false);
      child.kill(signal);
      expect((await ended).code).toBe(code);
      expect(readdirSync(place)).toEqual(partial ? ['out.wav'] : []);
      if (!partial) return;
      const bytes = readFileSync(out);
      expect(bytes.length).toBe(44 + 50_000 * 4);
      expect(bytes.readUInt32LE(40)).toBe(50_000 * 4);
    },
  );

  it(`ends with code ${code} after 1 s when the reader takes nothing more, and sooner, by the signal itself, when it comes twice`, async () => {
    const children = ['twice', 'once'].map(() => start([EMPTY, IN], ['ignore', 'pipe', 'ignore']));
    await Promise.all(children.map(({ stdout }) => once(stdout!, 'readable')));
    await pause(200);
    const began = performance.now();
    const [twice, single] = children.map(async (child) => {
      const [exitCode, by] = await once(child, 'exit');
      return { code: exitCode ?? by, after: performance.now() - began };
    });
    for (const child of children) child.kill(signal);
    await pause(100);
    children[0].kill(signal);
    const [sooner, later] = await Promise.all([twice, single]);
    // The second one is left to the system: a shell says 128 + its number, too.
    expect([sooner.code, later.code]).toEqual([signal, code]);
    expect(later.after).toBeGreaterThan(990);
    // On a busy machine both are late: the one that was told twice goes by no clock.
    expect(sooner.after).toBeLessThan(later.after);
    for (const child of children) child.stdout!.destroy();
  });
});

describe.concurrent('input that is no audio', () => {
  it.each([
    ['empty', '', 'stdin: empty input'],
    ['a text', 'once upon a time there was a file', 'stdin: not an audio file we read'],
    ['a header without its end', WAV.subarray(0, 30), 'stdin: WAV header cut off'],
  ])('%s: code 1, one line, nothing on stdout', async (_what, input, message) => {
    const { code, stdout, stderr } = await run([CHAIN], input);
    expect(code).toBe(1);
    expect(stdout.length).toBe(0);
    expect(stderr).toMatch(/^auralis-stream: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });

  it('a missing file is named, and nothing is created', async () => {
    const { code, stderr } = await run([CHAIN, file('missing.wav'), file('never.wav')]);
    expect(code).toBe(1);
    expect(stderr).toBe(`auralis-stream: ${file('missing.wav')}: no such file or directory\n`);
    expect(existsSync(file('never.wav'))).toBe(false);
  });
});

describe.concurrent('output', () => {
  it('goes to a file with its exact size, also when the input did not announce one', async () => {
    const unknown = Buffer.from(WAV);
    unknown.writeUInt32LE(0xffffffff, 4);
    unknown.writeUInt32LE(0xffffffff, 40);
    const out = openSync(file('redirected.wav'), 'w');
    const child = start([EMPTY], ['pipe', out, 'pipe']);
    child.stdin!.end(unknown);
    expect((await outcome(child)).code).toBe(0);
    closeSync(out);
    const bytes = readFileSync(file('redirected.wav'));
    const sizeAt = bytes.indexOf('data') + 4;
    expect(bytes.readUInt32LE(sizeAt)).toBe(288_000 * 2);
    expect(bytes.subarray(sizeAt + 4).equals(WAV.subarray(44))).toBe(true);
  });

  it('keeps what stands in a file that is appended to', async () => {
    const path = file('appended.wav');
    writeFileSync(path, 'before');
    const unknown = Buffer.from(WAV);
    unknown.writeUInt32LE(0xffffffff, 40);
    const out = openSync(path, 'a');
    const child = start([EMPTY], ['pipe', out, 'pipe']);
    child.stdin!.end(unknown);
    expect((await outcome(child)).code).toBe(0);
    closeSync(out);
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, 10).toString('latin1')).toBe('beforeRIFF');
    expect(bytes.subarray(-1000).equals(WAV.subarray(-1000))).toBe(true);
  });

  it('does not write over an existing file without --force', async () => {
    const out = file('precious.wav');
    writeFileSync(out, 'precious');
    const refused = await run([EMPTY, IN, out]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toBe(`auralis-stream: ${out}: exists, add --force to write over it\n`);
    expect(readFileSync(out, 'utf8')).toBe('precious');
    expect((await run([EMPTY, IN, out, '-f'])).code).toBe(0);
    expect(readFileSync(out).equals(WAV)).toBe(true);
  });

  it('is refused at once, also while the input is an open pipe', async () => {
    const out = file('standing.wav');
    writeFileSync(out, '');
    const child = start([EMPTY, '-', out]);
    expect((await outcome(child)).code).toBe(2);
    child.stdin!.destroy();
  });

  it('is never the input', async () => {
    const both = file('both.wav');
    writeFileSync(both, WAV);
    appendFileSync(both, '');
    expect((await run([EMPTY, both, both, '--force'])).code).toBe(2);
    expect(readFileSync(both).equals(WAV)).toBe(true);
  });

  it('is never the input by another name, nor the pipeline', async () => {
    const both = file('linked.wav');
    writeFileSync(both, WAV);
    linkSync(both, file('hard.wav'));
    symlinkSync(both, file('soft.wav'));
    for (const name of ['hard.wav', 'soft.wav']) {
      const { code, stderr } = await run([EMPTY, both, file(name), '-f']);
      expect([code, stderr]).toEqual([
        2,
        `auralis-stream: ${file(name)}: is the input, choose another output\n`,
      ]);
    }
    const own = file('own.json');
    writeFileSync(own, '{"stages":[]}');
    const { code, stderr } = await run([own, IN, own, '-f']);
    expect([code, stderr]).toEqual([2, `auralis-stream: ${own}: is the pipeline, choose another output\n`]);
    expect(readFileSync(own, 'utf8')).toBe('{"stages":[]}');
  });

  it('keeps the mode of a file that it replaces, and writes through a link', async () => {
    const real = file('real.wav');
    writeFileSync(real, 'old', { mode: 0o640 });
    symlinkSync(real, file('link.wav'));
    expect((await run([EMPTY, IN, file('link.wav'), '-f'])).code).toBe(0);
    expect(lstatSync(file('link.wav')).isSymbolicLink()).toBe(true);
    expect(readFileSync(real).equals(WAV)).toBe(true);
    expect(lstatSync(real).mode & 0o777).toBe(0o640);
  });

  it.runIf(existsSync('/dev/full'))('is named in one line with code 4 when it is full', async () => {
    const { code, stderr } = await run([EMPTY, IN, '/dev/full']);
    expect(code).toBe(4);
    expect(stderr).toBe('auralis-stream: /dev/full: no space left on device\n');
  });

  it('has the samples that --format says', async () => {
    const { stdout } = await run([EMPTY, IN, '--format', 'f32']);
    expect(stdout.length).toBeGreaterThan(288_000 * 4);
    expect(stdout.readUInt16LE(20)).toBe(3);
  });
});

describe.concurrent('reports', () => {
  it('come as JSON lines on a descriptor, 10 intervals of 100 ms a second, and audio stays alone on stdout', async () => {
    const path = file('report.jsonl');
    const fd = openSync(path, 'w');
    const child = start([METER, IN, '-', '--report', 'fd:3', '--meter'], ['ignore', 'pipe', 'pipe', fd]);
    const { code, stdout, stderr } = await outcome(child);
    closeSync(fd);
    expect(code).toBe(0);
    expect(stdout.equals(WAV)).toBe(true);
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(31);
    expect(lines[0]).toMatchObject({ type: 'reading', id: 'analyzer', frame: 4800 });
    expect(lines[30]).toMatchObject({ type: 'total', frame: 144_000 });
    expect(stderr).toMatch(/^analyzer: .*peak -?\d/);
  });

  it.each(['--report', '--decisions', '--stats-json'])(
    '%s leaves the last one as it was when the run fails before its first line, also with --force',
    async (option) => {
      const [old, fresh] = [file(`old${option}`), file(`fresh${option}`)];
      writeFileSync(old, 'of the last run');
      const noAudio = Buffer.alloc(500, 'words ');
      for (const path of [old, fresh]) {
        const { code } = await run([METER, '-', '-', option, path, '--force'], noAudio);
        expect(code).toBe(1);
      }
      expect(readFileSync(old, 'utf8')).toBe('of the last run');
      expect(existsSync(fresh)).toBe(false);
    },
  );

  it.each([
    ['--report', 0],
    ['--decisions', 1],
    ['--stats-json', 1],
  ])('%s of a run without a frame takes the place of the last one, with %i lines', async (option, lines) => {
    const path = file(`over${option}`);
    writeFileSync(path, 'of the last run');
    const { code } = await run([EMPTY, '-', '-', option, path, '--force'], wav16(noise16(0)));
    expect(code).toBe(0);
    expect(readFileSync(path, 'utf8').match(/^\{|^of/gm) ?? []).toHaveLength(lines);
  });

  it.each(['--report', '--decisions', '--stats-json'])(
    '%s goes to a named pipe and to /dev/fd/3, whole',
    async (option) => {
      const [pipe, words] = [file(`pipe${option}`), file(`words${option}`)];
      execFileSync('mkfifo', [pipe]);
      const line = `"$0" "$1" "$2" "$3" - ${option} /dev/fd/3 3>&1 >/dev/null | cat > "$4"`;
      const reader = spawn('cat', [pipe]);
      const shell = spawn('sh', ['-c', line, process.execPath, MAIN, METER, IN, words]);
      const [named, { code }] = await Promise.all([
        text(reader.stdout),
        run([METER, IN, '-', option, pipe]),
        once(shell, 'close'),
      ]);
      expect(code).toBe(0);
      for (const told of [named, readFileSync(words, 'utf8')]) expect(told).toMatch(/^\{[\s\S]*\}\n$/);
      if (option === '--report') expect(named.split('\n')).toHaveLength(32);
    },
  );

  it.each(['--report', '--decisions', '--stats-json'])(
    '%s in a folder that is not there is refused with code 4 before any audio',
    async (option) => {
      const path = file('nowhere/report.json');
      const { code, stdout, stderr } = await run([METER, IN, '-', option, path]);
      expect([code, stdout.length]).toEqual([4, 0]);
      expect(stderr).toBe(`auralis-stream: ${option} ${path}: no such file or directory\n`);
    },
  );

  it('are refused on stdout by any of its names', async () => {
    for (const name of ['/dev/stdout', '-']) {
      const { code, stdout, stderr } = await run([METER, IN, '--report', name]);
      expect(stderr).toContain(`--report ${name}: is stdout, which is audio`);
      expect([code, stdout.length]).toEqual([2, 0]);
    }
  });

  it.runIf(existsSync('/dev/full'))(
    'that can not be written are warned of, and the audio goes on',
    async () => {
      const { code, stdout, stderr } = await run([METER, IN, '--report', '/dev/full']);
      expect([code, stdout.equals(WAV)]).toEqual([0, true]);
      expect(stderr).toBe('auralis-stream: warning: report: no space left on device, readings are missing\n');
    },
  );

  it.runIf(existsSync('/dev/full'))(
    'are warned of also where the first of them come at the end',
    async () => {
      const { code, stderr } = await run([CHAIN, IN, '--report', '/dev/full']);
      expect(code).toBe(0);
      expect(stderr).toBe('auralis-stream: warning: report: no space left on device, readings are missing\n');
    },
  );

  it.each(['fd:0', 'fd:1', 'fd:x'])('are refused on %s', async (target) => {
    const { code, stderr } = await run([METER, IN, '--report', target]);
    expect(code).toBe(2);
    expect(stderr).toContain(`--report ${target}: expected a file, or a descriptor from fd:2 up`);
  });
});

describe.concurrent('tracks, metadata and the guard', () => {
  const two = Buffer.concat([WAV, WAV]);
  const SAMPLES = 288_000;

  it('two files by cat are 288,000 frames; the stages begin anew only when asked to', async () => {
    const [keep, reset, once] = await Promise.all([
      run([CHAIN, '--on-track', 'keep', '--format', 'f32'], two),
      run([CHAIN, '--on-track', 'reset', '--format', 'f32'], two),
      run([CHAIN, '--format', 'f32'], WAV),
    ]);
    const audio = ({ stdout }: { stdout: Buffer }): Buffer => stdout.subarray(stdout.indexOf('data') + 8);
    expect([keep, reset].map((one) => audio(one).length)).toEqual([SAMPLES * 8, SAMPLES * 8]);
    expect(audio(reset).equals(Buffer.concat([audio(once), audio(once)]))).toBe(true);
    expect(audio(keep).equals(audio(reset))).toBe(false);
    // With tracks asked for, the header of a pipe does not promise the length of the first.
    expect(keep.stdout.readUInt32LE(keep.stdout.indexOf('data') + 4)).toBe(0xffffffff);
  });

  it('a track of another rate ends the run with code 1, and what came before is there', async () => {
    const other = wav16(noise16(2000), { sampleRate: 44_100 });
    const { code, stdout, stderr } = await run(
      [EMPTY, '--on-format-change', 'stop'],
      Buffer.concat([WAV, other]),
    );
    expect(stdout.equals(WAV)).toBe(true);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'auralis-stream: stdin: track 2, at frame 144000: 44100 Hz, 2 channels (FL FR); the stream began as 48000 Hz, 2 channels (FL FR), go on with --on-format-change convert\n',
    );
  });

  it('a track of another rate and channels goes on with convert; with stop a file OUT holds what came before', async () => {
    const other = Buffer.concat([WAV, wav16(noise16(2000), { sampleRate: 44_100 })]);
    const { code, stdout, stderr } = await run([EMPTY, '--on-format-change', 'convert'], other);
    expect([code, stderr]).toEqual([0, '']);
    // 1000 frames of 44.1 kHz are 1089 of 48 kHz.
    expect(stdout.length).toBe(WAV.length + 1089 * 4);
    expect(stdout.subarray(44, WAV.length).equals(WAV.subarray(44))).toBe(true);
    const out = file('stopped.wav');
    expect((await run([EMPTY, '-', out], other)).code).toBe(1);
    expect(readFileSync(out).equals(WAV)).toBe(true);
  });

  it('LIST goes with the audio, and stays behind with --no-metadata', async () => {
    const list = Buffer.from('LIST\x0e\0\0\0INFOINAM\x02\0\0\0a\0', 'latin1');
    const tagged = Buffer.concat([WAV.subarray(0, 36), list, WAV.subarray(36)]);
    expect((await run([EMPTY], tagged)).stdout.includes('LIST')).toBe(true);
    expect((await run([EMPTY, '--no-metadata'], tagged)).stdout.equals(WAV)).toBe(true);
  });

  it('--strict makes an error of a sample that is no number, through an empty pipeline too', async () => {
    const samples = new Float32Array(4000);
    samples[2001] = Number.NaN;
    const input = Buffer.from(samples.buffer);
    const { code, stderr } = await run([EMPTY, '--raw', 'f32le:48000:2', '--strict'], input);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'auralis-stream: stdin: frame 1000 (0.021 s), channel 2 (FR): the sample is not finite or above +60 dBFS, which --strict does not let pass\n',
    );
    const warned = await run([CHAIN, '--raw', 'f32le:48000:2'], input);
    expect([warned.code, warned.stderr]).toEqual([
      0,
      'auralis-stream: warning: 1 sample was not finite or above +60 dBFS and became 0: 1 in channel 2 (FR) at 0.021 s\n',
    ]);
  });
});

describe('OUT', () => {
  it.each(['x.ogg', 'x.M4A', 'x.aiff'])(
    'has never a WAV under the name of another container: %s',
    async (name) => {
      const { code, stderr } = await run([EMPTY, IN, file(name)]);
      const extension = name.slice(1).toLowerCase();
      expect([code, stderr]).toEqual([
        2,
        `auralis-stream: ${file(name)}: ${extension} is not written, expected .wav, or .flac, .mp3 or .opus by ffmpeg\n`,
      ]);
      expect(existsSync(file(name))).toBe(false);
    },
  );
});

describe('--automation', () => {
  const moves = (name: string, text: string): string => {
    writeFileSync(file(name), text);
    return file(name);
  };

  it.each([
    ['{"at":1}', ':1.to: missing, expected a value'],
    [
      '{"at":0,"pipeline":{"stages":[]}}\n{"at":1,"pipeline":{"stages":[{"stage":"resample","rate":96000}]}}',
      ':2: rate and channels of what comes out are fixed while audio runs',
    ],
  ])('names the file and the line that is wrong: %j', async (text, reason) => {
    const path = moves('wrong.jsonl', text);
    const { code, stderr } = await run([EMPTY, IN, '-', '--automation', path]);
    expect(stderr).toContain(`auralis-stream: ${path}${reason}\n`);
    expect(code).toBe(2);
  });

  it.skipIf(process.platform === 'win32')('is refused with code 2 where it has no end', async () => {
    const child = spawn(
      'sh',
      [
        '-c',
        'cat /dev/zero | "$@"',
        'sh',
        process.execPath,
        MAIN,
        EMPTY,
        IN,
        '-',
        '--automation',
        '/dev/stdin',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const { code, stderr } = await outcome(child);
    expect([code, stderr]).toEqual([
      2,
      'auralis-stream: /dev/stdin: more than 256 MiB, too large for a list of moves\n',
    ]);
  });
});
