import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { emphasis } from '../../src/stages/emphasis.ts';
import { render } from '../support/render.ts';
import { gainAt } from '../support/response.ts';
import { difference, impulse, noise, rmsDb } from '../support/signals.ts';

/** |1 + jw tau| in dB (Rec. ITU-R BS.450-4). */
const curveDb = (freqHz: number, timeConstantUs: number): number =>
  20 * Math.log10(Math.hypot(1, 2e-6 * Math.PI * freqHz * timeConstantUs));

const FREQS = [20, 100, 400, 1000, 2122, 3183, 5000, 7000, 9000, 11_000, 13_000, 14_000, 15_000];

describe.each([44100, 48000, 96000, 192000])('at %i Hz', (rate) => {
  it.each([
    [50, 1],
    [75, 1],
    [50, -1],
    [75, -1],
  ])(
    '%i us follows the analogue curve within 0.03 dB from 20 Hz to 15 kHz, sign %i',
    (timeConstant, sign) => {
      const settings = { timeConstant, direction: sign === 1 ? 'pre' : 'de' };
      const [response] = render(emphasis, settings, audioFormat(rate, 1), impulse(1, 8192, 0));
      for (const freqHz of FREQS) {
        const error = gainAt(response, freqHz, rate) - sign * curveDb(freqHz, timeConstant);
        expect(Math.abs(error)).toBeLessThan(0.03);
      }
    },
  );

  it.each([50, 75])(
    'what %i us raise, they take back: noise comes through both within -130 dB',
    (timeConstant) => {
      const format = audioFormat(rate, 1);
      const input = noise(1, 20_000, 5, 0.1);
      const raised = render(emphasis, { timeConstant }, format, input);
      const back = render(emphasis, { timeConstant, direction: 'de' }, format, raised);
      expect(rmsDb(difference(back, input)) - rmsDb(input)).toBeLessThan(-130);
    },
  );
});
