import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/engine/analysis/judge.ts';
import { parseTarget, readTarget, shippedTargets } from '../../../src/engine/analysis/target-files.ts';
import type { Analysis } from '../../../src/monitor/analysis.ts';

const analysis = (integrated: number | null, truePeak: number, channels = 2): Analysis => ({
  schema: 1,
  format: { container: 'wav', encoding: 's16', sampleRate: 48000, channels, layout: [] },
  frames: 48000,
  duration: 1,
  loudness: { integrated, range: 5, momentaryMax: -10, shortTermMax: -17 },
  truePeak,
  channels: [],
});

describe('targets', () => {
  it('loads every shipped target, each with its document and its date', async () => {
    const names = await shippedTargets();
    for (const name of [
      'ebu-r128',
      'atsc-a85',
      'streaming',
      'podcast',
      'apple',
      'spotify',
      'youtube',
      'aes-td1008',
    ]) {
      expect(names).toContain(name);
    }
    for (const name of names) {
      const { source, clauses } = await readTarget(name);
      expect(source.document.length).toBeGreaterThan(10);
      expect(source.date).toMatch(/^\d{4}/);
      expect(clauses.length).toBeGreaterThan(1);
    }
  });

  it.each([
    ['ebu-r128', -23.15, -1, true],
    ['ebu-r128', -23.3, -1, false],
    ['ebu-r128', -23, -0.9, false],
    ['ebu-r128-live', -22.1, -1, true],
    ['atsc-a85', -25.9, -2, true],
    ['atsc-a85', -24, -1.5, false],
    ['spotify', -14.5, -1, true],
    ['spotify', -13.5, -1.5, false],
    ['spotify', -13.5, -2, true],
  ])('holds %s against %d LUFS and %d dBTP: %s', async (name, integrated, truePeak, pass) => {
    expect(judge(analysis(integrated, truePeak), await readTarget(name)).pass).toBe(pass);
  });

  it('lets mono podcasts have -19 LUFS, and stereo ones not', async () => {
    const target = await readTarget('podcast');
    expect(judge(analysis(-19, -2, 1), target).pass).toBe(true);
    expect(judge(analysis(-19, -2, 2), target).pass).toBe(false);
  });

  it('fails silence, which has no loudness', async () => {
    expect(judge(analysis(null, Number.NEGATIVE_INFINITY), await readTarget('ebu-r128')).pass).toBe(false);
  });

  it('names what is wrong in a target file', () => {
    const text =
      '{"title":"x","source":{"document":"d","date":"2020"},"clauses":[{"clause":"c","figure":"truPeak"}]}';
    expect(() => parseTarget(text, 'own.json')).toThrow(/^own\.json: .*truPeak/);
  });

  it('refuses to judge what was not measured', async () => {
    const { truePeak: _, ...rest } = analysis(-23, -1);
    const target = await readTarget('ebu-r128');
    expect(() => judge(rest, target)).toThrow('needs truePeak, which is not measured: add it to --only');
  });
});
