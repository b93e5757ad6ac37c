/// <reference types="node" preserve="true" />
import { agc as agcStage } from './stages/agc.ts';
import { analyzer as analyzerStage } from './stages/analyzer.ts';
import { clipper as clipperStage } from './stages/clipper.ts';
import { compressor as compressorStage } from './stages/compressor.ts';
import { crossover as crossoverStage } from './stages/crossover.ts';
import { dcBlocker as dcBlockerStage } from './stages/dc-blocker.ts';
import { deesser as deesserStage } from './stages/deesser.ts';
import { delay as delayStage } from './stages/delay.ts';
import { dynamicEq as dynamicEqStage } from './stages/dynamic-eq.ts';
import { emphasis as emphasisStage } from './stages/emphasis.ts';
import { eq as eqStage } from './stages/eq.ts';
import { gain as gainStage } from './stages/gain.ts';
import { gate as gateStage } from './stages/gate.ts';
import { highpass as highpassStage } from './stages/highpass.ts';
import { limiter as limiterStage } from './stages/limiter.ts';
import { loudness as loudnessStage } from './stages/loudness.ts';
import { loudnessNormalize as loudnessNormalizeStage } from './stages/loudness-normalize.ts';
import { lowpass as lowpassStage } from './stages/lowpass.ts';
import { midSide as midSideStage } from './stages/mid-side.ts';
import { multibandCompressor as multibandCompressorStage } from './stages/multiband-compressor.ts';
import { multiplexPower as multiplexPowerStage } from './stages/multiplex-power.ts';
import { remix as remixStage } from './stages/remix.ts';
import { resample as resampleStage } from './stages/resample.ts';
import { saturator as saturatorStage } from './stages/saturator.ts';
import { spectrum as spectrumStage } from './stages/spectrum.ts';
import { stageFactory } from './stages/stage-transform.ts';
import { stereo as stereoStage } from './stages/stereo.ts';
import { tilt as tiltStage } from './stages/tilt.ts';

/** Leads programme to a loudness, slowly; holds still in a pause. */
export const agc = stageFactory(agcStage);
/** Measures and passes on: level, correlation, clipping, spectrum. */
export const analyzer = stageFactory(analyzerStage);
/** Turns down what is louder than a threshold. */
export const compressor = stageFactory(compressorStage);
/** Splits into bands: in a pipeline each has a name of its own; as a stream of its own it gives their sum. */
export const crossover = stageFactory(crossoverStage);
/** Turns down sibilance, measured against what sounds beneath it. */
export const deesser = stageFactory(deesserStage);
/** Equaliser whose bands move with their own level. */
export const dynamicEq = stageFactory(dynamicEqStage);
/** The pre-emphasis of FM, or what undoes it. */
export const emphasis = stageFactory(emphasisStage);
/** Parametric equaliser. */
export const eq = stageFactory(eqStage);
/** Makes everything louder or quieter. */
export const gain = stageFactory(gainStage);
/** Turns down what is quieter than a threshold. */
export const gate = stageFactory(gateStage);
/** Keeps every sample under a ceiling. */
export const limiter = stageFactory(limiterStage);
/** Measures loudness, loudness range and true peak, and passes on. */
export const loudness = stageFactory(loudnessStage);
/** Brings a stream to a loudness in one pass, under a true-peak ceiling. */
export const loudnessNormalize = stageFactory(loudnessNormalizeStage);
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
/** Mid and side: in a pipeline each has a name of its own; as a stream of its own it gives their sum. */
export const midSide = stageFactory(midSideStage);
/** Compresses several bands, each by itself. */
export const multibandCompressor = stageFactory(multibandCompressorStage);
/** Measures and holds the multiplex power of an FM transmitter. */
export const multiplexPower = stageFactory(multiplexPowerStage);
/** Changes number and order of channels. */
export const remix = stageFactory(remixStage);
/** Changes the sample rate. */
export const resample = stageFactory(resampleStage);
/** Adds odd and even harmonics at the same level. */
export const saturator = stageFactory(saturatorStage);
/** Measures and passes on: band levels, spectral features, stereo width, tempo. */
export const spectrum = stageFactory(spectrumStage);
/** Width, balance, mono bass and mono compatibility of two channels. */
export const stereo = stageFactory(stereoStage);

export { type AudioBlock, createBlock, type Planar } from './audio/block.ts';
export { AuralisError, type ErrorKind, EXIT_CODES } from './audio/errors.ts';
export { type AudioFormat, audioFormat, type ChannelLayout, type Speaker } from './audio/format.ts';
export {
  type BatchJournal,
  type BatchProgress,
  type BatchQueue,
  type FileJob,
  type MasterTo,
  type NormalizeTo,
  type ProcessFilesOptions,
  processFiles,
  type TrackFigures,
  type TrackMoves,
  type TrackReport,
  type TrackStatus,
} from './batch/process-files.ts';
export { type BackendName, KeptMemory } from './dsp/kernel-memory.ts';
export type { FftSize } from './dsp/spectrum/fft.ts';
export type { BandLevels, SpectrumFigures, ViewFigures } from './dsp/spectrum/spectrum-figures.ts';
export type { SpectrumResult, SpectrumTotal } from './dsp/spectrum/spectrum-total.ts';
export {
  type Analysis,
  type AnalysisCurves,
  type AnalyzeOptions,
  type AnalyzeResult,
  analyze,
  type ChannelAnalysis,
  type Measure,
} from './engine/analysis/analyze.ts';
export {
  analyseSpectrum,
  SpectrumAnalysis,
  type SpectrumAnalysisOptions,
} from './engine/analysis/spectrum-analysis.ts';
export { SpectrumPool } from './engine/analysis/spectrum-pool.ts';
export { type Checkpoint, type CheckpointPosition, readCheckpoint } from './engine/checkpoint/checkpoint.ts';
export type { CheckpointOptions } from './engine/checkpoint/checkpoint-taker.ts';
export { resumedOutput } from './engine/checkpoint/resumed-output.ts';
export type { Resumption } from './engine/checkpoint/resumption.ts';
export { fileMetadata } from './engine/files/file-metadata.ts';
export { fileSink, type OutputSink, streamSink } from './engine/files/output-sink.ts';
export type { NamedInput } from './engine/files/side-input.ts';
export { type MasteringPlan, planMastering } from './engine/passes/plan-mastering.ts';
export { readAbPipeline } from './engine/pipelines/ab-pipeline.ts';
export { type LoadPipelineOptions, loadPipeline } from './engine/pipelines/load-pipeline.ts';
export {
  profileRecordings,
  readGenres,
  readPreset,
  readReference,
} from './engine/pipelines/mastering-files.ts';
export { type ReadPipelineOptions, readPipelineFile } from './engine/pipelines/pipeline-files.ts';
export { runPipeline } from './engine/run/run.ts';
export type { RunOptions } from './engine/run/run-options.ts';
export {
  type ComparedFigures,
  type ComparedSecond,
  type RunFigures,
  RunStats,
} from './engine/run/run-stats.ts';
export type { RunSummary } from './engine/run/run-summary.ts';
export type { ThreadCount } from './engine/thread-count.ts';
export type { PipelineDefinition, PipelineTransform, TransformSnapshot } from './graph/pipeline.ts';
export { type DecodeWavOptions, decodeWav, type WavDecoder } from './io/decode-wav.ts';
export { type EncodeWavOptions, encodeWav } from './io/encode-wav.ts';
export { type Decision, decisionLine, decisionSentence } from './mastering/decision.ts';
export { onePassPipeline } from './mastering/one-pass.ts';
export type { Aim } from './mastering/rules.ts';
export type { Readings } from './stages/define-stage.ts';
export type { StageTransform, StageTransformOptions } from './stages/stage-transform.ts';
