// One process of a station: the pipeline onair on a clock of its own, until so many hours have passed. Prints its
// figures as JSON. Run with --expose-gc; the words are HOURS and SEED.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { AirInput } from '../../../dist/engine/air/air-input.js';
import { EventLog } from '../../../dist/engine/air/event-log.js';
import { ComfortNoise } from '../../../dist/engine/air/fallback.js';
import { streamSink } from '../../../dist/engine/files/output-sink.js';
import { readPipelineFile } from '../../../dist/engine/pipelines/pipeline-files.js';
import { runPipeline } from '../../../dist/engine/run/run.js';
import { carryOver } from '../../../dist/graph/carry-over.js';
import { RotatingFile } from '../../../dist/monitor/rotating-file.js';
import { Account } from './account.js';
import { programmeFormats } from './programme.js';
import { Studio } from './studio.js';
import { VirtualClock } from './virtual-clock.js';

/** Moves and reloads a day. */
const MOVES = 1000;
const RELOADS = 240;
/** The first of them: by then the audio flows, and a move is one. In ms. */
const MOVES_FROM = 5000;
/** Stream time from one look at the memory to the next, in ms. */
const LOOK_EVERY = 600_000;
const OUT_FRAME_BYTES = 4;

/** Numbers from 0 to 1 (D. H. Lehmer's generator with Park and Miller's multiplier). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Parameters that all the variants have, and their ranges. */
const CONTROLS = [
  ['rider.target', -24, -18],
  ['rider.range', 6, 15],
  ['level.target', -24, -16],
  ['makeup.gain', -6, 3],
  ['limiter.ceiling', -3, -1],
  ['limiter.release', 50, 200],
  ['bands.bands[0].threshold', -30, -22],
  ['bands.bands[4].makeup', 0, 3],
  ['highpass.freq', 20, 60],
  ['stereo.monoBelow', 60, 120],
];

/** What a station reloads: each differs from the others by what glides, or by what needs a second graph. */
const VARIANTS = [
  { extends: 'onair' },
  { extends: 'onair-streaming' },
  { extends: 'onair', set: { 'limiter.lookahead': 8 } },
  { extends: 'onair', set: { 'bands.freqs': [100, 350, 1800, 6000] } },
  { extends: 'onair', set: { target: -20 } },
];

const MB = 1e6;
const megabytes = ({ rss, heapUsed, external }) => ({
  rss: rss / MB,
  heapUsed: heapUsed / MB,
  external: external / MB,
});

async function day(hours, seed, folder) {
  const random = randomFrom(seed);
  let ends = hours * 3_600_000;
  // Who has no more time gets the figures so far.
  process.once('SIGTERM', () => {
    ends = 0;
  });
  let bytesOut = 0;
  const output = new Writable({
    write(chunk, _, done) {
      bytesOut += chunk.length;
      done();
    },
  });
  const settled = async () => {
    for (let before = -1; before !== bytesOut; ) {
      before = bytesOut;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const clock = new VirtualClock(settled);
  const account = new Account();
  const told = [];
  const words = [];
  const eventsFile = join(folder, 'events.jsonl');
  const file = new RotatingFile(eventsFile, { maxBytes: 1e8, keep: 0 });
  const log = new EventLog(file, clock, (word) => words.push(word));

  /** One at a random moment of each of so many parts of the day. */
  const times = (count) => {
    const parts = Math.round((count * hours) / 24);
    const part = (ends - MOVES_FROM) / (parts + 1);
    return Array.from({ length: parts }, (_, n) => MOVES_FROM + (n + random()) * part);
  };
  const moves = times(MOVES);
  const reloads = times(RELOADS);
  const asked = { moves: moves.length, reloads: reloads.length };
  const heard = { move: 0, pipeline: 0, guard: 0 };
  const memory = [];
  const pipelineFile = join(folder, 'station.json');
  const write = (variant) =>
    writeFileSync(pipelineFile, JSON.stringify({ name: 'station', stages: [], ...variant }));
  write(VARIANTS[0]);
  let current = await readPipelineFile(pipelineFile);
  let control = null;

  const look = async () => {
    global.gc();
    await settled();
    global.gc();
    memory.push({ minutes: clock.now() / 60_000, ...megabytes(process.memoryUsage()) });
  };
  const onPacket = async () => {
    while (moves[0] <= clock.now()) {
      moves.shift();
      const [path, from, to] = CONTROLS[Math.floor(random() * CONTROLS.length)];
      control.live.set(path, from + random() * (to - from));
    }
    while (reloads[0] <= clock.now()) {
      reloads.shift();
      write(VARIANTS[Math.floor(random() * VARIANTS.length)]);
      const next = await readPipelineFile(pipelineFile);
      await control.replace(carryOver(current, next, control.pipeline));
      current = next;
    }
    if (clock.now() >= LOOK_EVERY * (memory.length + 1)) {
      await look();
      console.error(`${(clock.now() / 3_600_000).toFixed(1)} h, ${memory.at(-1).rss.toFixed(1)} MB`);
    }
  };
  const formats = programmeFormats(random);
  const studio = new Studio({ random, clock, account, formats, onPacket });

  const opening = AirInput.open({
    source: studio.source,
    fallback: () => new ComfortNoise(0),
    onEnd: 'fallback',
    pace: false,
    live: true,
    starveAfter: 500,
    backAfter: 2000,
    silenceBelow: -60,
    silenceAfter: 20_000,
    backend: 'wasm',
    clock,
    onEvent: (event) => {
      account.event(event);
      told.push(event);
      log.tell(event);
    },
  });
  studio.open(formats[0]);
  const input = await opening;
  account.watch(input);
  const stop = new AbortController();
  const tellStage = (frame, stage, failure) => {
    const event = { event: failure === null ? 'restored' : 'bypassed', frame, stage, reason: failure ?? '' };
    told.push(event);
    log.tell(event);
  };
  const run = runPipeline({
    pipeline: current,
    input,
    output: streamSink('listeners', output),
    backend: 'wasm',
    sampleFormat: input.sampleFormat,
    signal: stop.signal,
    onStage: tellStage,
    onStart: (started) => {
      control = started;
    },
    onEvent: ({ kind }) => {
      heard[kind]++;
    },
  });
  while (clock.now() < ends) await studio.goOn();
  await settled();
  await look();
  const balance = account.balance(studio.connection);
  stop.abort();
  const summary = await run;
  log.close();

  const logged = readFileSync(eventsFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { framesOut, inserted, dropped } = input.counts;
  return {
    hours: clock.now() / 3_600_000,
    seconds: process.cpuUsage().user / 1e6,
    framesIn: framesOut,
    framesOut: (bytesOut - 44) / OUT_FRAME_BYTES,
    inserted,
    dropped,
    balance,
    checked: account.checked,
    wrong: account.wrong,
    conversionsHeld: { frames: account.held, most: account.heldMost },
    troubles: studio.troubles,
    events: count(told),
    asExpected: firstDifference(
      [...studio.expected, 'off'],
      told.map(({ event }) => event),
    ),
    logged: firstDifference(
      told.map((event) => JSON.stringify(event)),
      logged.map(({ time, ...event }) => JSON.stringify(event)),
    ),
    said: words.length,
    asked,
    heard,
    left: moves.length + reloads.length,
    warnings: summary.warnings,
    memory,
  };
}

/** How many there were of each. */
function count(events) {
  const counts = {};
  for (const { event } of events) counts[event] = (counts[event] ?? 0) + 1;
  return counts;
}

/** Where two lists part, or null. */
function firstDifference(wanted, found) {
  const at = wanted.findIndex((one, n) => one !== found[n]);
  if (at < 0 && wanted.length === found.length) return null;
  const n = at < 0 ? wanted.length : at;
  return `at ${n}: ${found[n] ?? 'nothing'}, not ${wanted[n] ?? 'that'}`;
}

const [hours, seed] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'auralis-day-'));
try {
  console.log(JSON.stringify(await day(hours, seed, folder)));
} finally {
  rmSync(folder, { recursive: true });
}
