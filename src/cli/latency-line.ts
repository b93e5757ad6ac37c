/** By how much a pipeline is late before it is aligned, in words. */
export function latencyLine(frames: number, sampleRate: number): string {
  const ms = ((frames / sampleRate) * 1000).toFixed(1);
  return `latency ${frames} frames, ${ms} ms at ${sampleRate} Hz; the output is aligned`;
}

/** How late a live stream is, in words: by its pipeline and by what is held back of its input, both in ms. */
export function delayLine(pipeline: number, held: number): string {
  const holds = held > 0 ? ` and ${held.toFixed(1)} ms held back` : '';
  return `live, ${(pipeline + held).toFixed(1)} ms late: ${pipeline.toFixed(1)} ms in the pipeline${holds}`;
}
