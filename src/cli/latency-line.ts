/** By how much a pipeline is late before it is aligned, in words. */
export function latencyLine(frames: number, sampleRate: number): string {
  const ms = ((frames / sampleRate) * 1000).toFixed(1);
  return `latency ${frames} frames, ${ms} ms at ${sampleRate} Hz; the output is aligned`;
}
