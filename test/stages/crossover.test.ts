import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { KernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline } from '../../src/graph/pipeline.ts';
import { crossover } from '../../src/stages/crossover.ts';
import { stageParams } from '../../src/stages/stage-transform.ts';
import { BACKENDS } from '../support/backends.ts';
import { amplitudeAt, gainAt } from '../support/response.ts';
import { impulse, maxAbsDifference, noise, type Signal, slice } from '../support/signals.ts';

interface Settings {
  readonly freqs: number[];
  readonly slope?: 24 | 48;
  readonly phase?: 'minimum' | 'linear';
}

/** Every band of one mono or stereo signal, in blocks of the given sizes, and the latency. */
function split(
  settings: Settings,
  sampleRate: number,
  input: Signal,
  { backend = 'wasm', blocks = [4096] }: { backend?: (typeof BACKENDS)[number]; blocks?: number[] } = {},
): { bands: Signal[]; latency: number } {
  const frames = input[0].length;
  const memory = new KernelMemory(backend, 1 << 25);
  const format = audioFormat(sampleRate, input.length);
  const processor = crossover.prepare({ format, maxFrames: 4096, memory }, stageParams(crossover, settings));
  const ports = Array.from({ length: settings.freqs.length + 1 }, () => memory.planar(input.length, 4096));
  const main = memory.planar(input.length, 4096);
  const bands = ports.map(() => input.map(() => new Float32Array(frames)));
  for (let at = 0, turn = 0; at < frames; turn++) {
    const run = Math.min(blocks[turn % blocks.length], frames - at);
    main.forEach((channel, n) => {
      channel.set(input[n].subarray(at, at + run));
    });
    processor.process({ main, key: null, outputs: ports }, run);
    ports.forEach((port, band) => {
      port.forEach((channel, n) => {
        bands[band][n].set(channel.subarray(0, run), at);
      });
    });
    at += run;
  }
  return { bands, latency: processor.latency };
}

/** Sum of the bands of the first channel, in double precision. */
const sumOf = (bands: readonly Signal[]): Float64Array =>
  Float64Array.from(bands[0][0], (_, i) => bands.reduce((sum, band) => sum + band[0][i], 0));

/** |H| of a Linkwitz-Riley low-pass or high-pass through the bilinear transform: 1 / (1 + x^n), x^n / (1 + x^n). */
function linkwitzRiley(
  type: 'low' | 'high',
  order: number,
  corner: number,
  freqHz: number,
  rate: number,
): number {
  const power = (Math.tan((Math.PI * freqHz) / rate) / Math.tan((Math.PI * corner) / rate)) ** order;
  return type === 'low' ? 1 / (1 + power) : power / (1 + power);
}

const FREQS = [80, 200, 500, 1200, 3000, 6500, 11000];
const grid = (rate: number): number[] => {
  const freqs: number[] = [];
  for (let freqHz = 10; freqHz < rate * 0.49; freqHz *= 1.13) freqs.push(freqHz);
  return freqs;
};
const db = (gain: number): number => 20 * Math.log10(gain);

describe.each([44100, 96000])('the bands at %i Hz', (rate) => {
  const cases = [2, 3, 4, 5, 6, 7, 8].flatMap((count) =>
    ([24, 48] as const).map((slope) => [count, slope] as const),
  );
  const input = impulse(1, rate, 0);

  it.each(cases)('of %i at %i dB/octave sum flat to 0.001 dB', (count, slope) => {
    const { bands } = split({ freqs: FREQS.slice(0, count - 1), slope }, rate, input);
    const sum = sumOf(bands);
    for (const freqHz of grid(rate)) expect(Math.abs(gainAt(sum, freqHz, rate))).toBeLessThan(0.001);
  });

  it.each(cases)(
    'of %i at %i dB/octave and linear phase sum to the input, delayed, within -130 dB',
    (count, slope) => {
      const { bands, latency } = split(
        { freqs: FREQS.slice(0, count - 1), slope, phase: 'linear' },
        rate,
        input,
      );
      const sum = sumOf(bands);
      expect(Math.abs(sum[latency] - 1)).toBeLessThan(3e-7);
      sum[latency] = 0;
      expect(db(Math.max(...sum.map(Math.abs)))).toBeLessThan(-130);
    },
  );
});

describe('one band', () => {
  it.each([8000, 44100, 48000, 96000, 192000])(
    'follows Linkwitz-Riley within 0.01 dB wherever it is above -80 dB at %i Hz',
    (rate) => {
      for (const phase of ['minimum', 'linear'] as const) {
        for (const slope of [24, 48] as const) {
          const { bands } = split({ freqs: [300], slope, phase }, rate, impulse(1, rate / 2, 0));
          for (const [n, type] of (['low', 'high'] as const).entries()) {
            for (const freqHz of grid(rate)) {
              const expected = db(linkwitzRiley(type, slope / 6, 300, freqHz, rate));
              if (expected < -80) continue;
              expect(Math.abs(gainAt(bands[n][0], freqHz, rate) - expected)).toBeLessThan(0.01);
            }
          }
        }
      }
    },
  );

  it('is 6.02 dB down where it meets its neighbour', () => {
    for (const phase of ['minimum', 'linear'] as const) {
      const { bands } = split({ freqs: [500, 4000], phase }, 48000, impulse(1, 24000, 0));
      expect(gainAt(bands[0][0], 500, 48000)).toBeCloseTo(-6.0206, 2);
      expect(gainAt(bands[2][0], 4000, 48000)).toBeCloseTo(-6.0206, 2);
    }
  });

  it('of linear phase is symmetric about the latency, within -120 dB of its peak', () => {
    const { bands, latency } = split({ freqs: [300, 3000], phase: 'linear' }, 48000, impulse(1, 24000, 0));
    for (const [band] of bands) {
      const peak = Math.max(...band.map(Math.abs));
      for (let lag = 1; lag < latency; lag++) {
        expect(Math.abs(band[latency + lag] - band[latency - lag])).toBeLessThan(1e-6 * peak);
      }
    }
  });

  it('above a split at Nyquist is silent, and the one below has everything', () => {
    const input = noise(1, 9000, 3);
    for (const phase of ['minimum', 'linear'] as const) {
      const { bands, latency } = split({ freqs: [4000], phase }, 8000, input);
      expect(Math.max(...bands[1][0])).toBe(0);
      expect(maxAbsDifference([bands[0][0].subarray(latency)], slice(input, 0, 9000 - latency))).toBe(0);
    }
  });
});

it.each(BACKENDS)('gives every band the same bits in any blocks, and on both backends, %s', (backend) => {
  const input = noise(2, 9000, 5);
  for (const phase of ['minimum', 'linear'] as const) {
    const settings: Settings = { freqs: [150, 1000, 5000], slope: 48, phase };
    const whole = split(settings, 44100, input).bands;
    const cut = split(settings, 44100, input, { backend, blocks: [1, 700, 129, 4096, 63] }).bands;
    whole.forEach((band, n) => {
      expect(maxAbsDifference(band, cut[n])).toBe(0);
    });
  }
});

it('latency of linear phase at 120 Hz and 48 kHz is 2049 frames, of minimum phase 0', () => {
  const latencyOf = (phase: 'minimum' | 'linear') =>
    split({ freqs: [120, 2000], phase }, 48000, noise(1, 10)).latency;
  expect(latencyOf('linear')).toBe(2049);
  expect(latencyOf('minimum')).toBe(0);
});

describe('moving the frequencies', () => {
  it.each(['minimum', 'linear'] as const)(
    'leaves less than -60 dBFS above 4 kHz on a 1 kHz tone, %s phase',
    (phase) => {
      const rate = 48000;
      const memory = new KernelMemory('wasm', 1 << 26);
      const given = stageParams(crossover, { freqs: [700, 1100], phase });
      const format = audioFormat(rate, 1);
      const maxFrames = 24000;
      const processor = crossover.prepare({ format, maxFrames, memory }, given);
      const outputs = [0, 1, 2].map(() => memory.planar(1, maxFrames));
      const main = memory.planar(1, maxFrames);
      main[0].forEach((_, i) => {
        main[0][i] = 0.25 * Math.sin((2 * Math.PI * 1000 * i) / rate);
      });
      processor.process({ main, key: null, outputs }, maxFrames);
      processor.set({ ...given, freqs: [900, 1500] });
      // 24000 frames are 500 periods: the tone goes on without a step.
      processor.process({ main, key: null, outputs }, maxFrames);
      for (const [band] of outputs) {
        for (let at = 0; at + 480 <= 9600; at += 480) {
          for (const freqHz of [4100, 6300, 9700, 15000]) {
            expect(db(amplitudeAt(band.subarray(at, at + 480), freqHz, rate))).toBeLessThan(-60);
          }
        }
      }
    },
  );
});

describe('names', () => {
  const problems = (freqs: number[], input: string): string => {
    try {
      definePipeline(
        {
          stages: [
            { id: 'x', stage: 'crossover', freqs },
            { stage: 'mix', input: [input] },
          ],
        },
        'p.json',
      );
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('are band1 to bandN; of two also low and high, of three low, mid and high', () => {
    for (const name of ['band1', 'band2', 'low', 'high']) expect(problems([100], `x.${name}`)).toBe('');
    for (const name of ['band3', 'low', 'mid', 'high']) expect(problems([100, 200], `x.${name}`)).toBe('');
    expect(problems([100], 'x.mid')).toMatch(/has no output "mid"/);
    expect(problems([100, 200, 300], 'x.low')).toMatch(/has no output "low", known are x\.band1, .*x\.band4/);
  });

  it('low and band1 are one output: both in one mix give it twice', () => {
    const definition = definePipeline({
      stages: [
        { id: 'x', stage: 'crossover', freqs: [100] },
        { stage: 'mix', input: ['x.low', 'x.band1'] },
      ],
    });
    expect(definition.entries[1].inputs.map(({ port }) => port)).toEqual(['band1', 'band1']);
  });

  it('refuses frequencies that do not rise', () => {
    expect(crossover.params.safeParse({ freqs: [500, 500] }).success).toBe(false);
    expect(crossover.params.safeParse({ freqs: [] }).success).toBe(false);
  });
});
