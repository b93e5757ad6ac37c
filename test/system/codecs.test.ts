import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN } from '../cli/command.ts';
import { AURALIS, channelOf, HAS_FFMPEG, offsetBetween, shell } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-codecs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const ffmpeg = (line: string) => shell(`cd '${folder}' && ffmpeg -v error -y ${line}`);
const auralis = (line: string) => shell(`cd '${folder}' && ${AURALIS} none.json ${line}`);

/** A file as 32-bit floats of one channel, decoded by ffmpeg, or by us where `ours` says so. */
async function samplesOf(file: string, channels = 2): Promise<Float32Array> {
  const { stdout } = await ffmpeg(`-i ${file} -f f32le -`);
  return channelOf(stdout, 0, channels);
}

const rms = (x: Float32Array): number =>
  Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length);

/** Processes that a run has left behind: those whose command line names the test's folder. */
const left = (): string =>
  execFileSync('bash', [
    '-c',
    `ps -eo args | grep -F '${folder}' | grep -E '^(\\[?ffmpeg)' | cat`,
  ]).toString();

const partials = (): string[] => readdirSync(folder).filter((name) => name.includes('partial'));

beforeAll(async () => {
  if (!HAS_FFMPEG) return;
  writeFileSync(at('none.json'), '{"stages":[]}');
  const source = (seconds: number, rate: number) =>
    `-f lavfi -i "anoisesrc=d=${seconds}:r=${rate}:a=0.3:seed=3:c=pink" -ac 2`;
  await ffmpeg(`${source(4, 44100)} -c:a pcm_s16le s16.wav`);
  await ffmpeg(`${source(4, 48000)} -c:a pcm_s24le s24.wav`);
  await ffmpeg(`${source(300, 48000)} -c:a pcm_s16le long.wav`);
  await ffmpeg('-i s16.wav s16.flac');
  await ffmpeg('-i s24.wav s24.flac');
  await ffmpeg('-i s16.wav -b:a 256k s16.mp3');
  await ffmpeg('-i s16.wav -c:a libvorbis -q:a 8 s16.ogg');
  await ffmpeg('-i s24.wav -c:a libopus -b:a 256k s24.opus');
  await ffmpeg('-i s16.wav -c:a aac -b:a 256k s16.m4a');
}, 60_000);

describe.skipIf(!HAS_FFMPEG)('files of other codecs', () => {
  it.each([16, 24])(
    'FLAC of %i bits comes in bit for bit, without ffmpeg, and keeps its word length',
    async (bits) => {
      const { code } = await shell(
        `cd '${folder}' && PATH= ${AURALIS} none.json s${bits}.flac in${bits}.wav -f`,
      );
      expect(code).toBe(0);
      const raw = async (file: string): Promise<Buffer> =>
        (await ffmpeg(`-i ${file} -f s${bits}le -c:a pcm_s${bits}le -`)).stdout;
      expect((await raw(`in${bits}.wav`)).equals(await raw(`s${bits}.wav`))).toBe(true);
      const probe = `ffprobe -v error -show_entries stream=codec_name -of csv=p=0 '${at(`in${bits}.wav`)}'`;
      expect((await shell(probe)).stdout.toString()).toBe(`pcm_s${bits}le\n`);
    },
  );

  it.each(['mp3', 'ogg'])(
    '%s has its exact length, offset 0 and level within 0.1 dB, without ffmpeg',
    async (codec) => {
      const { code } = await shell(
        `cd '${folder}' && PATH= ${AURALIS} none.json s16.${codec} ${codec}.wav -f`,
      );
      expect(code).toBe(0);
      const [before, after] = [await samplesOf('s16.wav'), await samplesOf(`${codec}.wav`)];
      expect(after.length).toBe(before.length);
      expect(offsetBetween(before, after, 50)).toBe(0);
      expect(Math.abs(20 * Math.log10(rms(after) / rms(before)))).toBeLessThan(0.1);
    },
  );

  it.each(['s24.opus', 's16.m4a'])(
    '%s comes in through ffmpeg, bit for bit what ffmpeg decodes',
    async (file) => {
      expect((await auralis(`${file} through.wav -f`)).code).toBe(0);
      expect(await samplesOf('through.wav')).toEqual(await samplesOf(file));
    },
  );

  it.each([16, 24])('FLAC of %i bits goes out bit for bit', async (bits) => {
    expect((await auralis(`s${bits}.wav out${bits}.flac -f`)).code).toBe(0);
    const raw = async (file: string): Promise<Buffer> =>
      (await ffmpeg(`-i ${file} -f s${bits}le -c:a pcm_s${bits}le -`)).stdout;
    expect((await raw(`out${bits}.flac`)).equals(await raw(`s${bits}.wav`))).toBe(true);
    expect(partials()).toEqual([]);
  });

  it('FLAC goes out bit for bit from samples without a header, turned round or not', async () => {
    const md5 = async (file: string): Promise<string> =>
      (await ffmpeg(`-i ${file} -f md5 -`)).stdout.toString();
    for (const order of ['le', 'be']) {
      await ffmpeg(`-i s16.wav -c:a pcm_s16${order} -f s16${order} s16.raw`);
      expect((await auralis(`s16.raw bare.flac --raw s16${order}:44100:2 -f`)).code).toBe(0);
      expect(await md5('bare.flac')).toBe(await md5('s16.wav'));
    }
  });

  it.each([
    ['mp3', 0.1],
    // What the codec itself takes from noise: ffmpeg alone loses as much.
    ['opus', 0.5],
  ] as const)(
    '%s goes out with its length within a frame, offset 0 and its level within %d dB',
    async (codec, limit) => {
      expect((await auralis(`s24.wav out.${codec} -f`)).code).toBe(0);
      const [before, after] = [await samplesOf('s24.wav'), await samplesOf(`out.${codec}`)];
      expect(Math.abs(after.length - before.length)).toBeLessThan(1152);
      expect(offsetBetween(before, after, 50)).toBe(0);
      expect(Math.abs(20 * Math.log10(rms(after) / rms(before)))).toBeLessThan(limit);
    },
  );

  it.each(['s24.flac', 's16.mp3', 's16.ogg'])(
    '%s comes in through a pipe as it does by its name',
    async (file) => {
      const [piped, named] = [`cat ${file} | ${AURALIS} none.json`, `${AURALIS} none.json ${file}`];
      const [one, other] = await Promise.all(
        [piped, named].map((line) => shell(`cd '${folder}' && PATH=/usr/bin:/bin ${line}`)),
      );
      expect([one.code, one.stderr]).toEqual([0, '']);
      expect(one.stdout.length).toBeGreaterThan(4 * 44_100 * 2 * 2);
      expect(one.stdout.equals(other.stdout)).toBe(true);
    },
  );

  it('Opus on a pipe is refused in one line that says what to do', async () => {
    const { code, stderr } = await shell(`cat '${at('s24.opus')}' | ${AURALIS} '${at('none.json')}'`);
    expect([code, stderr]).toEqual([
      1,
      'auralis-stream: stdin: Opus is not decoded from a pipe: name the file, or put "ffmpeg -i - -f wav - |" in front\n',
    ]);
  });

  it('FLAC behind an ID3 tag is no MP3', async () => {
    const tag = Buffer.from(`ID3\x04\0\0\0\0\0\x0a${'\0'.repeat(10)}`, 'latin1');
    writeFileSync(at('tagged.flac'), Buffer.concat([tag, readFileSync(at('s16.flac'))]));
    expect((await auralis('tagged.flac tagged.wav -f')).code).toBe(0);
    expect(await samplesOf('tagged.wav')).toEqual(await samplesOf('s16.wav'));
  });

  it('is told by its bytes and not by its name', async () => {
    symlinkSync(at('s16.flac'), at('really.wav'));
    expect((await auralis('really.wav told.wav -f')).code).toBe(0);
    expect((await samplesOf('told.wav')).length).toBe(4 * 44_100);
  });
});

describe.skipIf(!HAS_FFMPEG)('what goes wrong', () => {
  it('without ffmpeg: one line that says what to install, and no file', async () => {
    const input = await shell(`cd '${folder}' && PATH= ${AURALIS} none.json s24.opus x.wav`);
    expect(input.code).toBe(1);
    expect(input.stderr).toMatch(
      /^auralis-stream: s24\.opus: Opus needs ffmpeg, which is not installed \(.*\)\n$/,
    );
    const output = await shell(`cd '${folder}' && PATH= ${AURALIS} none.json s16.wav x.mp3`);
    expect(output.code).toBe(4);
    expect(output.stderr).toMatch(
      /^auralis-stream: x\.mp3: MP3 output needs ffmpeg, which is not installed \(.*\)\n$/,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('x.'))).toEqual([]);
  });

  it('a FLAC with a cut end or a hole plays on, with a warning that says how much is missing or silent', async () => {
    const flac = readFileSync(at('s16.flac'));
    writeFileSync(at('cut.flac'), flac.subarray(0, flac.length / 2));
    flac.fill(0x55, 50_000, 60_000);
    writeFileSync(at('hole.flac'), flac);
    const cut = await auralis('cut.flac y.wav -f');
    expect(cut.stderr).toMatch(
      /^auralis-stream: warning: input ended early: \d+ of 176400 announced frames are missing\n$/,
    );
    const hole = await auralis('hole.flac y.wav -f');
    expect(hole.stderr).toMatch(
      /^auralis-stream: warning: damaged: \d+ frames from frame \d+ on are lost, and silent in the output\n$/,
    );
    expect([cut.code, hole.code]).toEqual([0, 0]);
    expect((await samplesOf('y.wav')).length).toBe(176_400);
  });

  it.each([
    ['mp3', /^auralis-stream: warning: input ended early: \d+ of 176400 announced frames are missing\n$/],
    ['ogg', /^auralis-stream: warning: input ended early: Ogg Vorbis is cut off behind frame \d+\n$/],
  ])('half of an %s plays, with one warning', async (codec, warning) => {
    const bytes = readFileSync(at(`s16.${codec}`));
    writeFileSync(at(`half.${codec}`), bytes.subarray(0, bytes.length / 2));
    const { code, stderr } = await auralis(`half.${codec} y.wav -f`);
    expect(code).toBe(0);
    expect(stderr).toMatch(warning);
  });

  it.each(['mp3', 'ogg'])(
    'a damaged %s plays on, with one warning and no word of a package',
    async (codec) => {
      const bytes = readFileSync(at(`s16.${codec}`));
      bytes.fill(0x55, 60_000, 63_000);
      writeFileSync(at(`damaged.${codec}`), bytes);
      const { code, stderr } = await auralis(`damaged.${codec} y.wav -f`);
      expect(code).toBe(0);
      expect(stderr).toMatch(/^auralis-stream: warning: damaged near frame \d+: [^\n]+\n$/);
      expect((await auralis(`damaged.${codec} y.wav -f --quiet`)).stderr).toBe('');
    },
  );

  it.each([
    [
      'cut',
      (bytes: Buffer) => bytes.subarray(0, 100_001),
      /^input ended early: MP3 is cut off behind frame \d+$/,
    ],
    [
      'without 1000 bytes',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 60_000), bytes.subarray(61_000)]),
      /^damaged near frame \d+: what is in no frame, \d+ bytes, is left out$/,
    ],
  ])('an MP3 that announces no length plays on, %s, with one warning', async (_how, change, warning) => {
    await ffmpeg('-i s16.wav -b:a 256k -write_xing 0 bare.mp3');
    expect((await auralis('bare.mp3 y.wav -f')).stderr).toBe('');
    writeFileSync(at('spoilt.mp3'), change(readFileSync(at('bare.mp3'))));
    const { code, stderr } = await auralis('spoilt.mp3 y.wav -f');
    expect(code).toBe(0);
    const [first, ...more] = stderr.trimEnd().split('\n');
    expect(first.replace('auralis-stream: warning: ', '')).toMatch(warning);
    expect(more).toEqual([]);
  });

  it('what ffmpeg finds in an AAC that it goes on with gives one warning, with its time to 1 s', async () => {
    await ffmpeg('-i s16.wav -c:a aac -b:a 256k s16.aac');
    expect((await auralis('s16.aac y.wav -f')).stderr).toBe('');
    const bytes = readFileSync(at('s16.aac'));
    bytes.fill(0x55, bytes.length / 2, bytes.length / 2 + 2000);
    writeFileSync(at('damaged.aac'), bytes);
    const { code, stderr } = await auralis('damaged.aac y.wav -f');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^auralis-stream: warning: ffmpeg, near \d+\.\d s: [^\n]+\n$/);
    expect(Math.abs(Number(/near ([\d.]+) s/.exec(stderr)![1]) - 2)).toBeLessThan(1);
  });

  it('what ffmpeg can’t read gives one line, in its own words', async () => {
    writeFileSync(at('broken.m4a'), readFileSync(at('s16.m4a')).subarray(0, 3000));
    const { code, stderr } = await auralis('broken.m4a y.wav -f');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^auralis-stream: broken\.m4a: ffmpeg: [^:]+\n$/);
    const analyzed = await shell(`cd '${folder}' && ${AURALIS} analyze broken.m4a`);
    expect(analyzed.stderr).toBe(stderr);
  });

  /** Starts a run, ends its ffmpeg (or the run) after 150 ms of it, and waits. */
  async function killed(
    args: string[],
    who: 'ffmpeg' | 'run',
  ): Promise<{ code: number | null; stderr: string }> {
    const run = spawn(process.execPath, [MAIN, 'none.json', ...args, '-f'], { cwd: folder });
    let stderr = '';
    run.stderr.on('data', (words) => {
      stderr += words;
    });
    const child = (): string => {
      try {
        return execFileSync('pgrep', ['-P', String(run.pid), 'ffmpeg'])
          .toString()
          .trim();
      } catch {
        return '';
      }
    };
    while (child() === '' && run.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 150));
    const pid = Number(child());
    if (who === 'run') run.kill('SIGKILL');
    else if (pid > 0) process.kill(pid, 'SIGKILL');
    const code = await new Promise<number | null>((resolve) => {
      if (run.exitCode !== null) resolve(run.exitCode);
      else run.on('close', resolve);
    });
    return { code, stderr };
  }

  it('ffmpeg killed while it encodes: exit code 4, one line, no file, nobody left', async () => {
    const { code, stderr } = await killed(['long.wav', 'killed.flac'], 'ffmpeg');
    expect(stderr).toBe('auralis-stream: killed.flac: ffmpeg was ended by SIGKILL\n');
    expect(code).toBe(4);
    expect(readdirSync(folder)).not.toContain('killed.flac');
    expect(partials()).toEqual([]);
    expect(left()).toBe('');
  });

  it('ffmpeg killed while it decodes: exit code 1 and one line', async () => {
    await ffmpeg('-i long.wav -c:a wavpack long.wv');
    const { code, stderr } = await killed(['long.wv', 'killed.wav'], 'ffmpeg');
    expect(stderr).toBe('auralis-stream: long.wv: ffmpeg was ended by SIGKILL\n');
    expect(code).toBe(1);
  }, 20_000);

  it('a run that is killed takes its ffmpeg with it', async () => {
    await killed(['long.wav', 'orphan.flac'], 'run');
    for (let tries = 0; tries < 100 && left() !== ''; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(left()).toBe('');
    expect(readdirSync(folder)).not.toContain('orphan.flac');
  });

  it('a Ctrl-C finishes the file where --partial keeps it: what came in is in it', async () => {
    const line = `cd '${folder}' && (cat long.wav; sleep 5) | timeout -s INT 2 ${AURALIS} none.json - ctrl-c.flac --partial`;
    const { stderr } = await shell(line);
    expect(stderr).toBe('');
    expect((await samplesOf('ctrl-c.flac')).length).toBeGreaterThan(48_000);
  }, 30_000);
});
