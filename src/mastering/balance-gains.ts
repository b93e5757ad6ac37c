import { dbToPower } from '../dsp/elementary.ts';
import { KernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { BandBalance } from '../dsp/spectrum/band-balance.ts';
import { CRITICAL_BANDS, criticalBands } from '../dsp/spectrum/critical-bands.ts';

interface BalanceOptions {
  readonly sampleRate: number;
  /** What the bands are drawn towards: dB per octave against pink noise, one a critical band. */
  readonly curve: readonly number[];
  /** 0..1. */
  readonly amount: number;
  readonly maxBoost: number;
  readonly maxCut: number;
}

/** Gains that bring a programme to a curve. */
export interface BalanceGains {
  /** dB, one for each of the 25 critical bands. */
  readonly gains: readonly number[];
  /** Bands that are heard beside their neighbours. */
  readonly audible: number;
}

/** Fast enough to go any way in one step of a second. */
const AT_ONCE = 1000;
const EVERYTHING = -1000;

/** The gains at which the stage `psychoacoustic-eq` would settle if it always heard these band levels (dB). */
export function balanceGains(
  bark: readonly number[],
  { sampleRate, curve, amount, maxBoost, maxCut }: BalanceOptions,
): BalanceGains {
  const state = new StateMemory(new KernelMemory('reference', 0));
  const balance = new BandBalance(state, criticalBands(sampleRate), 1);
  balance.set({
    targetDb: curve,
    tiltDb: 0,
    amount,
    speedDb: AT_ONCE,
    maxBoostDb: maxBoost,
    maxCutDb: maxCut,
    windowMs: 1,
    gateDb: EVERYTHING,
  });
  balance.step(Float64Array.from(bark, dbToPower));
  const { gainsDb, masked } = balance;
  const gains = Array.from({ length: CRITICAL_BANDS }, (_, n) => gainsDb[n] ?? 0);
  return { gains, audible: masked.filter((one) => !one).length };
}
