/// <reference types="node" preserve="true" />
import { analyzer as analyzerStage } from './stages/analyzer.ts';
import { clipper as clipperStage } from './stages/clipper.ts';
import { compressor as compressorStage } from './stages/compressor.ts';
import { crossover as crossoverStage } from './stages/crossover.ts';
import { dcBlocker as dcBlockerStage } from './stages/dc-blocker.ts';
import { delay as delayStage } from './stages/delay.ts';
import { dynamicEq as dynamicEqStage } from './stages/dynamic-eq.ts';
import { eq as eqStage } from './stages/eq.ts';
import { gain as gainStage } from './stages/gain.ts';
import { highpass as highpassStage } from './stages/highpass.ts';
import { limiter as limiterStage } from './stages/limiter.ts';
import { lowpass as lowpassStage } from './stages/lowpass.ts';
import { multibandCompressor as multibandCompressorStage } from './stages/multiband-compressor.ts';
import { remix as remixStage } from './stages/remix.ts';
import { resample as resampleStage } from './stages/resample.ts';
import { saturator as saturatorStage } from './stages/saturator.ts';
import { stageFactory } from './stages/stage-transform.ts';
import { stereo as stereoStage } from './stages/stereo.ts';
import { tilt as tiltStage } from './stages/tilt.ts';

/** Measures and passes on: level, correlation, clipping, spectrum. */
export const analyzer = stageFactory(analyzerStage);
/** Turns down what is louder than a threshold. */
export const compressor = stageFactory(compressorStage);
/** Splits into bands: in a pipeline each has a name of its own; as a stream of its own it gives their sum. */
export const crossover = stageFactory(crossoverStage);
/** Equaliser whose bands move with their own level. */
export const dynamicEq = stageFactory(dynamicEqStage);
/** Parametric equaliser. */
export const eq = stageFactory(eqStage);
/** Makes everything louder or quieter. */
export const gain = stageFactory(gainStage);
/** Keeps every sample under a ceiling. */
export const limiter = stageFactory(limiterStage);
/** Takes away a constant offset. */
export const dcBlocker = stageFactory(dcBlockerStage);
/** Shifts everything later by an asked-for time. */
export const delay = stageFactory(delayStage);
/** Butterworth or Linkwitz-Riley high-pass. */
export const highpass = stageFactory(highpassStage);
/** Butterworth or Linkwitz-Riley low-pass. */
export const lowpass = stageFactory(lowpassStage);
/** Turns the balance of lows and highs about a pivot. */
export const tilt = stageFactory(tiltStage);
/** Cuts peaks off along a soft or a hard curve. */
export const clipper = stageFactory(clipperStage);
/** Compresses several bands, each by itself. */
export const multibandCompressor = stageFactory(multibandCompressorStage);
/** Changes number and order of channels. */
export const remix = stageFactory(remixStage);
/** Changes the sample rate. */
export const resample = stageFactory(resampleStage);
/** Adds odd and even harmonics at the same level. */
export const saturator = stageFactory(saturatorStage);
/** Width, balance, mono bass and mono compatibility of two channels. */
export const stereo = stageFactory(stereoStage);

export { type AudioBlock, createBlock, type Planar } from './audio/block.ts';
export { AuralisError, type ErrorKind, EXIT_CODES } from './audio/errors.ts';
export { type AudioFormat, audioFormat, type ChannelLayout, type Speaker } from './audio/format.ts';
export type { BackendName } from './dsp/kernel-memory.ts';
export { type LoadPipelineOptions, loadPipeline } from './engine/load-pipeline.ts';
export type { PipelineTransform } from './graph/pipeline.ts';
export { type DecodeWavOptions, decodeWav } from './io/decode-wav.ts';
export { type EncodeWavOptions, encodeWav } from './io/encode-wav.ts';
export type { Readings } from './stages/define-stage.ts';
export type { StageTransform, StageTransformOptions } from './stages/stage-transform.ts';
