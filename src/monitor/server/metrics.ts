import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { LiveReadings } from '../monitored-run.ts';
import type { EventLog } from './event-log.ts';
import type { History } from './history.ts';

/** Seconds over which the true peak of a scrape is the highest. */
const PEAK_SECONDS = 60;

/** What metrics are made of when they are asked for. */
export interface MetricSources {
  readonly readings: () => LiveReadings | null;
  readonly history: History;
  readonly events: EventLog;
  readonly readers: () => number;
}

/** A registry with the metrics of a run and of its process, for Prometheus. */
export function openMetrics({ readings, history, events, readers }: MetricSources): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const gauge = (name: string, help: string, read: (now: LiveReadings) => number): void => {
    new Gauge({
      name: `auralis_${name}`,
      help,
      registers,
      collect() {
        const now = readings();
        if (now) this.set(read(now));
      },
    });
  };
  gauge('momentary_loudness_lufs', 'Momentary loudness of the output', (now) => now.momentary);
  gauge('short_term_loudness_lufs', 'Short-term loudness of the output', (now) => now.shortTerm);
  gauge('integrated_loudness_lufs', 'Integrated loudness since the start', (now) => now.integrated);
  gauge('loudness_range_lu', 'Loudness range since the start', (now) => now.range ?? Number.NaN);
  gauge('true_peak_dbtp', 'Highest true peak of the last minute', () => history.truePeakOf(PEAK_SECONDS));
  gauge('load_ratio', 'Time the work takes over the time the audio plays', (now) => now.load);
  gauge('latency_seconds', 'Delay of the pipeline', (now) => now.latency / 1000);
  gauge('stream_seconds', 'Seconds of audio that went out', (now) => now.seconds);
  gauge('guarded_samples', 'Samples that were not finite or above +60 dBFS', (now) => now.guarded);
  gauge('monitor_readers', 'Browsers that read the meters', readers);

  new Gauge({
    name: 'auralis_buffer_seconds',
    help: 'Audio that waits in front of and behind the pipeline',
    labelNames: ['side'] as const,
    registers,
    collect() {
      const now = readings();
      if (!now) return;
      this.set({ side: 'input' }, now.buffer.input / 1000);
      this.set({ side: 'output' }, now.buffer.output / 1000);
    },
  });
  new Gauge({
    name: 'auralis_stage_gain_db',
    help: 'Gain that a stage applies now',
    labelNames: ['stage', 'gain', 'band'] as const,
    registers,
    collect() {
      this.reset();
      for (const { id, gains } of readings()?.stages ?? []) {
        for (const [gain, values] of Object.entries(gains)) {
          values.forEach((value, n) => {
            this.set({ stage: id, gain, band: n + 1 }, value);
          });
        }
      }
    },
  });
  new Counter({
    name: 'auralis_events_total',
    help: 'Events by kind',
    labelNames: ['kind'] as const,
    registers,
    collect() {
      this.reset();
      for (const [kind, count] of events.counts) this.inc({ kind }, count);
    },
  });
  return registry;
}
