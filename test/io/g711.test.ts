import { describe, expect, it } from 'vitest';
import { g711Table } from '../../src/io/g711.ts';
import { buildWav, RECIPE } from '../fixtures/wav-corpus.ts';
import { decodeAll } from './decode-all.ts';

const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('G.711', () => {
  it('A-law spans -32256 to 32256 of 32768, its smallest steps 16, and 0x55 and 0xD5 stand for -8 and 8', () => {
    const table = [...g711Table('alaw')].map((value) => value * 32768);
    expect([Math.min(...table), Math.max(...table)]).toEqual([-32256, 32256]);
    expect([table[0x55], table[0xd5], table[0x2a], table[0xaa]]).toEqual([-8, 8, -32256, 32256]);
    expect(new Set(table).size).toBe(256);
  });

  it('mu-law spans -32124 to 32124 of 32768, and 0x7F and 0xFF both stand for 0', () => {
    const table = [...g711Table('mulaw')].map((value) => value * 32768 + 0);
    expect([Math.min(...table), Math.max(...table)]).toEqual([-32124, 32124]);
    expect([table[0x7f], table[0xff], table[0x00], table[0x80]]).toEqual([0, 0, -32124, 32124]);
    expect(new Set(table).size).toBe(255);
  });

  it.each(['alaw', 'mulaw'] as const)(
    '%s in a WAV of any container gives all 256 values, on both backends',
    (law) => {
      for (const container of ['RIFF', 'RIFX', 'RF64'] as const) {
        for (const extensible of [false, true]) {
          const size = container === 'RF64' ? 'rf64' : 'exact';
          const wav = buildWav({
            ...RECIPE,
            container,
            size,
            encoding: law,
            channels: 1,
            extensible,
            audio: every,
          });
          for (const backend of ['wasm', 'reference'] as const) {
            expect(decodeAll([wav], { backend }).samples).toEqual([...g711Table(law)]);
          }
        }
      }
    },
  );
});
