import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { eq } from '../../src/stages/eq.ts';
import { feed, join, open, render } from '../support/render.ts';
import { gainAt } from '../support/response.ts';
import { impulse, maxAbsDifference, noise, rmsDb, type Signal, sine, slice } from '../support/signals.ts';

type Band = Record<string, unknown>;

/**
 * |H| in dB of the analogue prototypes in the Audio EQ Cookbook through the bilinear transform, written from the
 * prototypes H(s) and not from the coefficients: s = j tan(w/2) / tan(w0/2).
 */
function analytic(band: Band, freqHz: number, sampleRate: number): number {
  const {
    type = 'peaking',
    freq,
    gain = 0,
    q,
    bandwidth,
    slope,
  } = band as Record<string, number> & { type?: string };
  const w0 = (2 * Math.PI * freq) / sampleRate;
  const a = 10 ** (gain / 40);
  const alpha = bandwidth
    ? Math.sin(w0) * Math.sinh(((Math.LN2 / 2) * bandwidth * w0) / Math.sin(w0))
    : slope
      ? (Math.sin(w0) / 2) * Math.sqrt((a + 1 / a) * (12 / slope - 1) + 2)
      : Math.sin(w0) / (2 * (q ?? Math.SQRT1_2));
  const width = (2 * alpha) / Math.sin(w0); // 1/Q
  const x = Math.tan((Math.PI * freqHz) / sampleRate) / Math.tan(w0 / 2); // s = jx
  const complex = (re: number, im: number): number => Math.hypot(re, im);
  const ratio: Record<string, () => number> = {
    peaking: () => complex(1 - x * x, x * width * a) / complex(1 - x * x, (x * width) / a),
    lowshelf: () =>
      (a * complex(a - x * x, Math.sqrt(a) * width * x)) / complex(1 - a * x * x, Math.sqrt(a) * width * x),
    highshelf: () =>
      (a * complex(1 - a * x * x, Math.sqrt(a) * width * x)) / complex(a - x * x, Math.sqrt(a) * width * x),
    highpass: () => (x * x) / complex(1 - x * x, width * x),
    lowpass: () => 1 / complex(1 - x * x, width * x),
    bandpass: () => (width * x) / complex(1 - x * x, width * x),
    notch: () => Math.abs(1 - x * x) / complex(1 - x * x, width * x),
    allpass: () => 1,
  };
  return 20 * Math.log10(ratio[type]());
}

const BANDS: Band[] = [
  { type: 'peaking', freq: 1000, gain: 6, q: 1 },
  { type: 'peaking', freq: 300, gain: -12, bandwidth: 2 },
  { type: 'lowshelf', freq: 200, gain: 9, slope: 6 },
  { type: 'highshelf', freq: 2000, gain: -7, slope: 12 },
  { type: 'highshelf', freq: 2500, gain: 5, q: 0.5 },
  { type: 'highpass', freq: 400 },
  { type: 'lowpass', freq: 1500, q: 2 },
  { type: 'bandpass', freq: 900, bandwidth: 1 },
  { type: 'notch', freq: 700, q: 3 },
  { type: 'allpass', freq: 500, q: 0.7 },
];

describe.each([8000, 11025, 22050, 44100, 48000, 96000, 192000])('eq at %i Hz', (sampleRate) => {
  it.each(BANDS)('follows $type at $freq Hz within 0.01 dB wherever it is above -80 dB', (band) => {
    const format = audioFormat(sampleRate, 1);
    const frames = Math.round(sampleRate / 4);
    const [response] = render(eq, { bands: [band] }, format, impulse(1, frames, 0));
    for (let freqHz = 50; freqHz < sampleRate * 0.49; freqHz *= 1.23) {
      const expected = analytic(band, freqHz, sampleRate);
      if (expected < -80) continue;
      expect(Math.abs(gainAt(response, freqHz, sampleRate) - expected)).toBeLessThan(0.01);
    }
  });
});

describe('eq', () => {
  const format = audioFormat(48000, 2);

  it('adds the dB of its bands: five in series follow the sum within 0.01 dB', () => {
    const bands = BANDS.slice(0, 5);
    const [response] = render(eq, { bands }, audioFormat(48000, 1), impulse(1, 24000, 0));
    for (const freqHz of [60, 250, 1000, 4000, 16000]) {
      const expected = bands.reduce((sum, band) => sum + analytic(band, freqHz, 48000), 0);
      expect(Math.abs(gainAt(response, freqHz, 48000) - expected)).toBeLessThan(0.01);
    }
  });

  it('leaves out a band at Nyquist or above, to the bit', () => {
    const input = noise(2, 1000);
    const bands = [{ type: 'peaking', freq: 24000, gain: 12 }];
    expect(maxAbsDifference(render(eq, { bands }, format, input), input)).toBe(0);
  });

  it('fades to new bands without a step: a 1 kHz tone under +12 dB moves by at most 14 % a frame', () => {
    const { run, processor } = open(eq, { bands: [{ freq: 1000, gain: 0 }] }, format);
    const input = sine(format, 12000, 1000, 0.2);
    const out: number[] = [];
    for (let at = 0; at < 12000; at += 1000) {
      if (at === 3000) processor.set(eq.params.parse({ bands: [{ freq: 1000, gain: 12 }] }));
      for (let n = 0; n < 2; n++) run.input[n].set(input[n].subarray(at, at + 1000));
      const block = run.process(1000);
      out.push(...block.channels[0].subarray(0, block.frames));
    }
    const steps = out.slice(1).map((value, i) => Math.abs(value - out[i]));
    const loudest = Math.max(...slice([Float32Array.from(out)], 9000)[0]);
    expect(20 * Math.log10(loudest / 0.2)).toBeCloseTo(12, 1);
    // The slope of the loud tone itself: 2 pi 1000 / 48000 of its peak.
    expect(Math.max(...steps)).toBeLessThan(loudest * 0.14);
  });

  it('hears the last of several changes, also of those that come during a fade', () => {
    const { run, processor } = open(eq, { bands: [{ freq: 1000, gain: 0 }] }, format);
    const input = sine(format, 24000, 1000, 0.1);
    const set = (gain: number): void => processor.set(eq.params.parse({ bands: [{ freq: 1000, gain }] }));
    const parts: Signal[] = [];
    for (const [at, gain] of [
      [0, 6],
      [1000, -6],
      [1500, 12],
      [2500, 3],
    ]) {
      set(gain);
      parts.push(feed(run, slice(input, at, at + 500)));
    }
    parts.push(feed(run, slice(input, 3000)));
    const last = parts.at(-1)!;
    expect(rmsDb(slice(last, 12000)) - rmsDb(slice(input, 12000))).toBeCloseTo(3, 2);
  });

  it('refuses a band with two widths, and a slope on a bell', () => {
    expect(eq.params.safeParse({ bands: [{ freq: 100, q: 1, bandwidth: 1 }] }).success).toBe(false);
    expect(eq.params.safeParse({ bands: [{ freq: 100, slope: 6 }] }).success).toBe(false);
  });
});

describe.each([44100, 48000])('the matched design at %i Hz', (sampleRate) => {
  /** |H| in dB of the analogue bell. */
  const bell = (freqHz: number, { freq, gain, q }: { freq: number; gain: number; q: number }): number => {
    const a = 10 ** (gain / 40);
    const x = freqHz / freq;
    return 20 * Math.log10(Math.hypot(1 - x * x, (x * a) / q) / Math.hypot(1 - x * x, x / (a * q)));
  };
  const responseOf = (bands: Band[], design = 'matched'): Float32Array =>
    render(eq, { bands, design }, audioFormat(sampleRate, 1), impulse(1, 3000, 0))[0];

  it.each([
    [6, 0.36],
    [12, 0.55],
  ])(
    'holds bells of +-%i dB, 1 to 16 kHz, Q 0.5 to 4, within %f dB of the analogue ones up to 0.9 Nyquist',
    (size, limit) => {
      let worst = 0;
      for (const freq of [1000, 2000, 4000, 6000, 8000, 10000, 12000, 14000, 15000, 16000]) {
        for (const q of [0.5, Math.SQRT1_2, 1, 1.4, 2, 4]) {
          for (const gain of [-size, size]) {
            const response = responseOf([{ freq, q, gain }]);
            for (let freqHz = 100; freqHz <= 0.45 * sampleRate; freqHz *= 1.07) {
              const distance = gainAt(response, freqHz, sampleRate) - bell(freqHz, { freq, gain, q });
              worst = Math.max(worst, Math.abs(distance));
            }
          }
        }
      }
      expect(worst).toBeLessThan(limit);
    },
  );

  it('makes a cut the inverse of the boost: both in series leave an impulse alone within -130 dB', () => {
    for (const type of ['peaking', 'lowshelf', 'highshelf']) {
      const response = responseOf([
        { type, freq: 16000, gain: 12 },
        { type, freq: 16000, gain: -12 },
      ]);
      expect(Math.abs(response[0] - 1)).toBeLessThan(3e-7);
      expect(20 * Math.log10(Math.max(...response.subarray(1).map(Math.abs)))).toBeLessThan(-130);
    }
  });

  it('does not cramp a bell at 16 kHz: at 19 kHz it keeps what RBJ loses, more than 2 dB of 12', () => {
    const band = { freq: 16000, gain: 12, q: 1 };
    const [matched, rbj] = ['matched', 'rbj'].map((design) =>
      gainAt(responseOf([band], design), 19000, sampleRate),
    );
    expect(Math.abs(matched - bell(19000, band))).toBeLessThan(0.3);
    expect(matched - rbj).toBeGreaterThan(2);
  });
});

describe('a band on one channel of the picture', () => {
  const format = audioFormat(48000, 2);
  const [left, right] = noise(2, 3000, 4);
  const bands = (channels: string): object => ({ bands: [{ freq: 1000, gain: 9, channels }] });
  const mono = (signal: Float32Array): Float32Array =>
    render(eq, bands('stereo'), audioFormat(48000, 1), [signal])[0];
  const negated = left.map((value) => -value);

  it('mid changes what both have and leaves their difference alone within -130 dB', () => {
    const same = render(eq, bands('mid'), format, [left, left]);
    expect(maxAbsDifference(same, [mono(left), mono(left)])).toBe(0);
    const opposite = render(eq, bands('mid'), format, [left, negated]);
    expect(maxAbsDifference(opposite, [left, negated])).toBeLessThan(3e-7);
  });

  it('side changes their difference and leaves what both have alone within -130 dB', () => {
    const opposite = render(eq, bands('side'), format, [left, negated]);
    expect(maxAbsDifference(opposite, [mono(left), mono(negated)])).toBe(0);
    expect(maxAbsDifference(render(eq, bands('side'), format, [left, left]), [left, left])).toBeLessThan(
      3e-7,
    );
  });

  it('left and right leave the other channel alone to the bit', () => {
    expect(maxAbsDifference(render(eq, bands('left'), format, [left, right]), [mono(left), right])).toBe(0);
    expect(maxAbsDifference(render(eq, bands('right'), format, [left, right]), [left, mono(right)])).toBe(0);
  });

  it('acts on mono as mid and left, and not as side and right', () => {
    for (const channels of ['mid', 'left']) {
      expect(maxAbsDifference(render(eq, bands(channels), audioFormat(48000, 1), [left]), [mono(left)])).toBe(
        0,
      );
    }
    for (const channels of ['side', 'right']) {
      expect(maxAbsDifference(render(eq, bands(channels), audioFormat(48000, 1), [left]), [left])).toBe(0);
    }
  });

  it('is refused on six channels, and left beside mid anywhere', () => {
    const surround = audioFormat(48000, 6);
    expect(() => render(eq, bands('mid'), surround, noise(6, 10))).toThrow(/bands\[0\]\.channels is "mid"/);
    expect(eq.params.safeParse({ bands: [{ channels: 'left' }, { channels: 'mid' }] }).success).toBe(false);
  });

  it('turns from stereo to mid without a step, alike on both backends', () => {
    const input = sine(format, 9000, 1000, 0.25).map((channel, n) => channel.map((v) => v * (n + 1)));
    const outputs = (['reference', 'wasm'] as const).map((backend) => {
      const { run, processor } = open(eq, bands('stereo'), format, { backend });
      const head = feed(run, slice(input, 0, 3000));
      processor.set(eq.params.parse(bands('mid')));
      return join(head, feed(run, slice(input, 3000)));
    });
    expect(maxAbsDifference(outputs[0], outputs[1])).toBe(0);
    for (const channel of outputs[1]) {
      // A 1 kHz tone's second difference is (2 pi / 48)^2 = 0.017 of its peak, which is at most 1.41 here.
      for (let i = 2; i < channel.length; i++) {
        expect(Math.abs(channel[i] - 2 * channel[i - 1] + channel[i - 2])).toBeLessThan(0.026);
      }
    }
  });
});
