import { describe, expect, it } from 'vitest';
import { parameterRows } from '../../src/stages/parameter-rows.ts';
import { stageNamed, stages } from '../../src/stages/registry.ts';

describe('parameterRows', () => {
  it.each(stages.map((stage) => [stage.name, stage] as const))(
    '%s: says of every parameter what is allowed and what it means',
    (_name, stage) => {
      for (const row of parameterRows(stage)) {
        expect(row.range, row.name).not.toBe('');
        expect(row.meaning, row.name).not.toBe('');
        expect(['live', 'restart'], row.name).toContain(row.change);
      }
    },
  );

  it('writes a range, a choice and an alternative as people read them', () => {
    const rows = new Map(parameterRows(stageNamed('compressor')!).map((row) => [row.name, row]));
    expect(rows.get('ratio')).toMatchObject({ range: '1 to 100', unit: ':1', initial: '2' });
    expect(rows.get('detection')?.range).toBe('peak, rms');
    expect(rows.get('makeup')?.range).toBe('-60 to 60 or "auto"');
  });

  it('lists what stands inside a list under its path', () => {
    expect(parameterRows(stageNamed('eq')!).map(({ name }) => name)).toContain('bands[].freq');
  });
});
