import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPipelineFile, shippedPipelines } from '../../../src/engine/pipelines/pipeline-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-pipelines-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('readPipelineFile', () => {
  it('finds every shipped pipeline by its name', async () => {
    const names = await shippedPipelines();
    expect(names).toEqual(expect.arrayContaining(['broadcast', 'gentle', 'mastering', 'podcast']));
    const pipelines = await Promise.all(names.map((name) => readPipelineFile(name)));
    expect(pipelines.map(({ name }) => name)).toEqual(names);
  });

  it('offers the nearest shipped name', async () => {
    await expect(readPipelineFile('masterring')).rejects.toMatchObject({
      kind: 'pipeline',
      message: expect.stringMatching(/^no pipeline "masterring": .*, did you mean "mastering"\?$/),
    });
  });

  it('offers a command that could have been meant', async () => {
    await expect(readPipelineFile('stagse', { otherNames: ['stages'] })).rejects.toThrow(
      'did you mean "stages"?',
    );
  });

  it('reads a path, and names the nearest file when there is none', async () => {
    const path = join(folder, 'warm.json');
    writeFileSync(path, '{"stages":[{"stage":"gain"}]}');
    expect((await readPipelineFile(path)).entries).toHaveLength(1);
    const wrong = join(folder, 'wram.json');
    await expect(readPipelineFile(wrong)).rejects.toThrow(
      `${wrong}: no such file or directory, did you mean "warm.json"?`,
    );
  });

  it('names the file and the place of a wrong parameter', async () => {
    const path = join(folder, 'wrong.json');
    writeFileSync(path, '{"stages":[{"stage":"limiter","ceiling":"loud"}]}');
    await expect(readPipelineFile(path)).rejects.toThrow(`${path}: stages[0].ceiling: `);
  });

  it('refuses a file of more than 1 MiB, and a folder', async () => {
    const path = join(folder, 'large.json');
    writeFileSync(path, Buffer.alloc((1 << 20) + 1, ' '));
    await expect(readPipelineFile(path)).rejects.toThrow('more than 1 MiB');
    await expect(readPipelineFile(`${folder}/`)).rejects.toThrow('is a directory, expected a file');
  });
});
