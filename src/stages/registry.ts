import { abSwitch } from './ab-switch.ts';
import { agc } from './agc.ts';
import { analyzer } from './analyzer.ts';
import { clipper } from './clipper.ts';
import { compressor } from './compressor.ts';
import { crossover } from './crossover.ts';
import { dcBlocker } from './dc-blocker.ts';
import { deesser } from './deesser.ts';
import type { AnyStage } from './define-stage.ts';
import { delay } from './delay.ts';
import { dynamicEq } from './dynamic-eq.ts';
import { emphasis } from './emphasis.ts';
import { eq } from './eq.ts';
import { gain } from './gain.ts';
import { gate } from './gate.ts';
import { highpass } from './highpass.ts';
import { limiter } from './limiter.ts';
import { loudness } from './loudness.ts';
import { loudnessNormalize } from './loudness-normalize.ts';
import { lowpass } from './lowpass.ts';
import { midSide } from './mid-side.ts';
import { mix } from './mix.ts';
import { multibandCompressor } from './multiband-compressor.ts';
import { multiplexPower } from './multiplex-power.ts';
import { psychoacousticEq } from './psychoacoustic-eq.ts';
import { remix } from './remix.ts';
import { resample } from './resample.ts';
import { saturator } from './saturator.ts';
import { spectrum } from './spectrum.ts';
import { stereo } from './stereo.ts';
import { tilt } from './tilt.ts';

/** Every stage there is. A stage that stands here is in the pipeline file, the docs, the help and the conformance suite. */
export const stages: readonly AnyStage[] = [
  abSwitch,
  agc,
  analyzer,
  clipper,
  compressor,
  crossover,
  dcBlocker,
  deesser,
  delay,
  dynamicEq,
  emphasis,
  eq,
  gain,
  gate,
  highpass,
  limiter,
  loudness,
  loudnessNormalize,
  lowpass,
  midSide,
  mix,
  multibandCompressor,
  multiplexPower,
  psychoacousticEq,
  remix,
  resample,
  saturator,
  spectrum,
  stereo,
  tilt,
];

/** The stage of that name, or undefined. */
export function stageNamed(name: string): AnyStage | undefined {
  return stages.find((stage) => stage.name === name);
}
