import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/batch/journal.ts';
import { analyze, type BatchProgress, type FileJob, processFiles } from '../../src/index.ts';
import { floatWav } from '../engine/wav-of.ts';
import { noise } from '../support/signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'process-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RATE = 16000;
const path = (name: string): string => join(folder, name);
const PIPELINE = { stages: [{ stage: 'gain', gain: -6 }] };

/** A job on two seconds of noise. */
function job(name: string, how: Partial<FileJob>, peak = 0.1, seconds = 2): FileJob {
  writeFileSync(path(`${name}.wav`), floatWav(noise(2, seconds * RATE, 1, peak), RATE));
  return { input: path(`${name}.wav`), output: path(`out/${name}.wav`), ...how };
}

describe('processFiles', () => {
  it('takes 6 dB off two files, tells of a broken third, and reports in the order of the jobs', async () => {
    writeFileSync(path('broken.wav'), 'junk');
    const broken = { input: path('broken.wav'), output: path('out/broken.wav'), pipeline: PIPELINE };
    const jobs = [job('a', { pipeline: PIPELINE }), broken, job('b', { pipeline: PIPELINE }, 0.2)];
    const seen: BatchProgress[] = [];
    const tracks = await processFiles(jobs, { concurrency: 2, onProgress: (news) => seen.push(news) });
    expect(tracks.map(({ status }) => status)).toEqual(['finished', 'failed', 'finished']);
    expect(tracks[0].after!.integrated! - tracks[0].before!.integrated!).toBeCloseTo(-6, 2);
    expect(tracks[1].error).toMatch(/starts with "junk"/);
    expect(existsSync(broken.output)).toBe(false);
    const ends = seen.filter((news) => news.type === 'end');
    expect(ends.map(({ ended, total }) => `${ended}/${total}`)).toEqual(['1/3', '2/3', '3/3']);
  });

  it('keeps two tracks of an album 6 dB apart, and lands their whole on -20 LUFS', async () => {
    const normalize = { target: -20 };
    const [loud, soft] = await processFiles([
      job('loud', { normalize, album: 'x' }, 0.2),
      job('soft', { normalize, album: 'x' }, 0.1),
    ]);
    expect(loud.moves!.gain).toBe(soft.moves!.gain);
    expect(loud.after!.integrated! - soft.after!.integrated!).toBeCloseTo(6.02, 1);
    expect(loud.after!.integrated!).toBeGreaterThan(-20);
    expect(soft.after!.integrated!).toBeLessThan(-20);
  });

  it('tells of a broken file in an album that the ceiling forbids what is wrong with it, and of 2 others the ceiling', async () => {
    writeFileSync(path('junk.wav'), 'junk');
    const how = { normalize: { target: -1 }, album: 'y' };
    const jobs = [
      job('one', how),
      job('two', how),
      { ...how, input: path('junk.wav'), output: path('out/junk.wav') },
    ];
    const tracks = await processFiles(jobs);
    expect(tracks.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    expect(tracks[2].error).toMatch(/starts with "junk"/);
    expect(tracks[0].error).toMatch(/album of 2: .* the ceiling is -1 dBTP/);
    expect(tracks[0].before!.truePeak).toBeLessThan(-10);
  });

  it('gives a track the same bytes after two others on the same memory as on one of its own', async () => {
    const pipeline = {
      stages: [
        { stage: 'eq', bands: [{ freq: 1000, gain: 6 }] },
        { stage: 'limiter', ceiling: -30 },
      ],
    };
    const long = job('before1', { pipeline }, 0.5, 4);
    const last = job('last', { pipeline }, 0.2, 1);
    await processFiles([long, job('before2', { pipeline }, 0.4, 3), last], { concurrency: 1 });
    const alone = { ...last, output: path('out/alone.wav') };
    await processFiles([alone]);
    expect(readFileSync(last.output).equals(readFileSync(alone.output))).toBe(true);
  });

  it('leaves out a track that is within 0.5 LU of its target', async () => {
    const normalize = { target: -20 };
    const [first] = await processFiles([job('near', { normalize })], { overwrite: true });
    const again = { input: first.output, output: path('out/again.wav'), normalize: { target: -20.4 } };
    const [second] = await processFiles([again], { ifOffBy: 0.5 });
    expect(second.status).toBe('skipped');
    expect(existsSync(again.output)).toBe(false);
  });

  it('does nothing again that is noted and unchanged; another pipeline or version does it again', async () => {
    const todo = job('noted', { pipeline: PIPELINE });
    const status = async (version: string, gain: number): Promise<string> => {
      const pipeline = { stages: [{ stage: 'gain', gain }] };
      const journal = { folder, version, skipDone: true };
      return (await processFiles([{ ...todo, pipeline }], { journal }))[0].status;
    };
    expect(await status('1', -6)).toBe('finished');
    expect(await status('1', -6)).toBe('done');
    expect(await status('1', -7)).toBe('finished');
    expect(await status('2', -7)).toBe('finished');
  });

  it('notes the SHA-256 of the file, whether it was hashed as it was processed, as it was measured, or before', async () => {
    const how = [{ pipeline: PIPELINE }, { normalize: { target: -20 } }];
    const jobs = how.map((one, n) => job(`hashed${n}`, one));
    const journal = { folder: path('hashes'), version: '1', skipDone: true };
    mkdirSync(journal.folder);
    const contents = async (version: string): Promise<string[]> => {
      await processFiles(jobs, { journal: { ...journal, version }, overwrite: true });
      const lines = readFileSync(path('hashes/.auralis-batch.jsonl'), 'utf8').trim().split('\n');
      const entries = lines.slice(-2).map((line): JournalEntry => JSON.parse(line));
      return entries.sort((a, b) => (a.output < b.output ? -1 : 1)).map(({ content }) => content);
    };
    const expected = jobs.map(({ input }) => createHash('sha256').update(readFileSync(input)).digest('hex'));
    expect(await contents('1')).toEqual(expected);
    expect(await contents('2')).toEqual(expected);
  });

  it('reports of an input what an analysis says, to the bit, where it was measured as it was processed', async () => {
    const todo = job('heard', { pipeline: PIPELINE }, 0.3, 5);
    const [{ before, seconds }] = await processFiles([todo]);
    const { analysis } = await analyze(todo.input, { only: ['loudness', 'truePeak'] });
    const { integrated, range } = analysis.loudness!;
    expect(before).toEqual({ integrated, range, truePeak: analysis.truePeak });
    expect(seconds).toBe(5);
  });

  it('tells what was measured in a track whose folder is a file, and does the other 1', async () => {
    writeFileSync(path('taken'), 'mine');
    const jobs = [job('kept', { pipeline: PIPELINE }), job('homeless', { pipeline: PIPELINE })];
    const [kept, homeless] = await processFiles([jobs[0], { ...jobs[1], output: path('taken/sub/x.wav') }]);
    expect(kept.status).toBe('finished');
    expect(homeless.error).toBe(`${path('taken')}: is a file, expected a folder`);
    expect(homeless.before).toEqual(kept.before);
    expect(readFileSync(path('taken'), 'utf8')).toBe('mine');
  });

  it.skipIf(process.platform === 'win32')(
    'tells of a link that points to itself, and does the other 1',
    async () => {
      symlinkSync('loop.wav', path('loop.wav'));
      const loop = { input: path('loop.wav'), output: path('out/loop.wav'), pipeline: PIPELINE };
      const tracks = await processFiles([loop, job('beside', { pipeline: PIPELINE })]);
      expect(tracks.map(({ status }) => status)).toEqual(['failed', 'finished']);
      expect(tracks[0].error).toMatch(/symbolic links/);
    },
  );

  it('does not write over a file that it does not know', async () => {
    const todo = job('there', { pipeline: PIPELINE });
    writeFileSync(todo.output, 'mine');
    const [track] = await processFiles([todo]);
    expect(track.error).toMatch(/file already exists/);
    expect(readFileSync(todo.output, 'utf8')).toBe('mine');
  });

  it('stops at a signal, and leaves neither an output nor a part of one', async () => {
    const controller = new AbortController();
    const jobs = ['long1', 'long2', 'long3'].map((name) => job(name, { pipeline: PIPELINE }, 0.1, 60));
    const tracks = await processFiles(jobs, {
      concurrency: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(tracks.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(readdirSync(path('out')).filter((name) => /long|part/.test(name))).toEqual([]);
  });

  it('turns away a pipeline of 2 inputs or 2 outputs, before any track', async () => {
    const inputs = { inputs: ['in', 'bed'], stages: [{ stage: 'mix', input: ['in', 'bed'] }] };
    await expect(processFiles([job('alone', { pipeline: inputs })])).rejects.toThrow(/second input "bed"/);
    const outputs = { outputs: { main: 'gain', dry: 'in' }, stages: [{ stage: 'gain' }] };
    await expect(processFiles([job('alone', { pipeline: outputs })])).rejects.toThrow(/further output "dry"/);
  });

  it('turns away an output that is an input of another job, and one that 2 jobs have', async () => {
    const [one, two] = [job('one', { pipeline: PIPELINE }), job('two', { pipeline: PIPELINE })];
    await expect(processFiles([one, { ...two, output: one.input }])).rejects.toThrow(/one\.wav: is an input/);
    await expect(processFiles([one, { ...two, output: one.output }])).rejects.toThrow(/would both become/);
  });

  it('turns away a job that says none of pipeline, loudness and preset, or two of them', async () => {
    await expect(processFiles([job('neither', {})])).rejects.toThrow(
      /one of a pipeline, a loudness .* and a preset/,
    );
    await expect(processFiles([job('x', { master: { preset: 'wram' } })])).rejects.toThrow(/"warm"/);
    await expect(processFiles([], { concurrency: 65 })).rejects.toThrow(/whole number from 1 to 64/);
  });
});
