import { analyzer as analyzerStage } from './stages/analyzer.ts';
import { compressor as compressorStage } from './stages/compressor.ts';
import { crossover as crossoverStage } from './stages/crossover.ts';
import { eq as eqStage } from './stages/eq.ts';
import { gain as gainStage } from './stages/gain.ts';
import { limiter as limiterStage } from './stages/limiter.ts';
import { stageFactory } from './stages/stage-transform.ts';

/** Measures and passes on: level, correlation, clipping, spectrum. */
export const analyzer = stageFactory(analyzerStage);
/** Turns down what is louder than a threshold. */
export const compressor = stageFactory(compressorStage);
/** Splits into bands: in a pipeline each has a name of its own; as a stream of its own it gives their sum. */
export const crossover = stageFactory(crossoverStage);
/** Parametric equaliser. */
export const eq = stageFactory(eqStage);
/** Makes everything louder or quieter. */
export const gain = stageFactory(gainStage);
/** Keeps every sample under a ceiling. */
export const limiter = stageFactory(limiterStage);

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
