import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { start } from '../cli/command.ts';
import { wav16 } from '../engine/wav-file.ts';
import { HAS_FFMPEG, HAS_ICECAST, HAS_LIQUIDSOAP, shell } from './peers.ts';
import { end, freePort, listen, mountUrl, startIcecast } from './station.ts';

/** Seconds that the station is listened to; the form is 120. */
const SECONDS = Number(process.env.ICECAST_SECONDS ?? 40);
/** Seconds after which both levellers of the pipeline have come to rest. */
const SETTLED = 12;
const RATE = 48000;

const folder = mkdtempSync(join(tmpdir(), 'auralis-icecast-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

/** A chord that swells and falls every 4 s: from one frame to the next it never steps far, so that a click shows. */
function chord(seconds: number): Int16Array {
  const samples = new Int16Array(2 * RATE * seconds);
  for (let i = 0; i < RATE * seconds; i++) {
    const swell = 0.75 + 0.25 * Math.sin((2 * Math.PI * i) / (4 * RATE));
    for (let c = 0; c < 2; c++) {
      const notes = [220, 277, 330].reduce((sum, note, n) => {
        return sum + Math.sin((2 * Math.PI * (note + c) * i) / RATE + n);
      }, 0);
      samples[2 * i + c] = Math.round(3000 * swell * notes);
    }
  }
  return samples;
}

/** The left channel of bytes that ffmpeg decodes. */
function decoded(path: string): Float32Array {
  const args = ['-v', 'error', '-i', path, '-af', 'pan=mono|c0=c0', '-f', 'f32le', '-'];
  const bytes = execFileSync('ffmpeg', args, { maxBuffer: 1 << 28 });
  return new Float32Array(new Uint8Array(bytes).buffer);
}

const steps = (samples: Float32Array): number =>
  samples.reduce((top, value, i) => (i === 0 ? 0 : Math.max(top, Math.abs(value - samples[i - 1]))), 0);

/** Frames of the longest run of exact zeros. */
function longestSilence(samples: Float32Array): number {
  let longest = 0;
  let run = 0;
  for (const sample of samples) {
    run = sample === 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Integrated loudness from a second on, by ffmpeg. */
async function loudness(path: string, from: number): Promise<number> {
  const { stderr } = await shell(
    `ffmpeg -hide_banner -nostats -i '${path}' -af atrim=${from},ebur128 -f null -`,
  );
  return Number(/I:\s+(-?[\d.]+) LUFS\s+Threshold/.exec(stderr)?.[1]);
}

/** A station on a loopback port, from a named pipe to a mount. */
async function onAir(name: string) {
  const pipe = file(`${name}.pipe`);
  execFileSync('mkfifo', [pipe]);
  const pipeline = file(`${name}.json`);
  writeFileSync(pipeline, '{"extends":"onair-streaming"}');
  const events = file(`${name}.jsonl`);
  const port = await freePort();
  const icecast = await startIcecast(folder, port);
  const options = ['--live', '--on-end', 'fallback', '--fallback', 'noise', '--back-after', '1s'];
  const auralis = start([pipeline, pipe, '-', ...options, '--events', events]);
  let said = '';
  auralis.stderr!.on('data', (bytes) => {
    said += bytes;
  });
  const sender = spawn(
    'ffmpeg',
    ['-v', 'error', '-f', 'wav', '-i', '-', '-c:a', 'flac', '-f', 'ogg'].concat([
      '-content_type',
      'application/ogg',
      mountUrl(port, '/live.ogg'),
    ]),
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  auralis.stdout!.pipe(sender.stdin!).on('error', () => {});
  return {
    pipe,
    pipeline,
    auralis,
    listen: () => listen(port, '/live.ogg'),
    said: () => said,
    events: () =>
      readFileSync(events, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    end: async () => {
      await end(auralis);
      await end(sender, 'SIGKILL');
      await end(icecast, 'SIGKILL');
    },
  };
}

const PROGRAMME = file('programme.wav');
writeFileSync(PROGRAMME, wav16(chord(20)));

/** ffmpeg as it feeds a station: in real time, for ever. */
const feed = (pipe: string): ChildProcess =>
  spawn('ffmpeg', ['-v', 'error', '-re', '-stream_loop', '-1', '-i', PROGRAMME, '-f', 'wav', '-y', pipe], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });

/** What the pipeline makes of the programme when nothing happens to it: its largest step from frame to frame. */
async function ownSteps(): Promise<number> {
  const out = file('undisturbed.wav');
  const { code } = await shell(`sox ${PROGRAMME} ${PROGRAMME} ${PROGRAMME} ${file('long.wav')}`);
  expect(code).toBe(0);
  await new Promise((resolve) =>
    start(['onair-streaming', file('long.wav'), out, '-f']).once('close', resolve),
  );
  return steps(decoded(out));
}

describe.runIf(HAS_FFMPEG && HAS_ICECAST)('a station on Icecast', () => {
  it(
    `whose feeding ffmpeg is killed twice and whose pipeline is reloaded is heard for ${SECONDS} s without a gap, a click or a loss of level`,
    async () => {
      const station = await onAir('ffmpeg');
      let feeder = feed(station.pipe);
      const listener = await station.listen();
      const wait = (share: number): Promise<void> =>
        pause(Math.max(0, listener.began + share * SECONDS * 1000 - performance.now()));
      for (const share of [0.35, 0.65]) {
        await wait(share);
        await end(feeder, 'SIGKILL');
        await pause(1500);
        feeder = feed(station.pipe);
      }
      await wait(0.8);
      writeFileSync(station.pipeline, '{"extends":"onair-streaming","set":{"limiter.lookahead":4}}');
      station.auralis.kill('SIGHUP');
      await wait(1);
      const seconds = (performance.now() - listener.began) / 1000;
      writeFileSync(file('heard.ogg'), listener.stop());
      await end(feeder, 'SIGKILL');
      await station.end();

      const words = station.events().map(({ event }) => event);
      const comeback = ['ended', 'connected', 'back'];
      expect(words.slice(0, 6)).toEqual([...comeback, ...comeback]);
      expect(station.said()).toContain('pipeline reloaded');
      const heard = decoded(file('heard.ogg'));
      const readings = {
        listened: seconds,
        seconds: heard.length / RATE,
        silence: (1000 * longestSilence(heard)) / RATE,
        step: steps(heard),
        ownStep: await ownSteps(),
        loudness: await loudness(file('heard.ogg'), SETTLED),
        events: words,
      };
      const { ICECAST_READINGS } = process.env;
      if (ICECAST_READINGS) writeFileSync(ICECAST_READINGS, JSON.stringify(readings));
      // What the sender's and Icecast's queues held when the listener came and went: Ogg pages of up to a second.
      expect(Math.abs(readings.seconds - seconds)).toBeLessThan(2.5);
      expect(readings.silence).toBeLessThan(10);
      expect(readings.step).toBeLessThan(readings.ownStep + 0.01);
      expect(Math.abs(readings.loudness + 16)).toBeLessThan(1);
    },
    (SECONDS + 60) * 1000,
  );

  it.runIf(HAS_LIQUIDSOAP)(
    'that takes its programme from Liquidsoap is heard for 12 s without a gap',
    async () => {
      const station = await onAir('liquidsoap');
      const script = [
        'settings.init.allow_root.set(true)',
        `programme = mksafe(single("${PROGRAMME}"))`,
        `output.external(%wav(stereo=true), "cat > ${station.pipe}", programme)`,
      ].join('\n');
      const liquidsoap = spawn('liquidsoap', [script], { stdio: 'ignore' });
      const listener = await station.listen();
      await pause(12_000);
      writeFileSync(file('liquidsoap.ogg'), listener.stop());
      await end(liquidsoap, 'SIGKILL');
      await station.end();
      const heard = decoded(file('liquidsoap.ogg'));
      expect(heard.length / RATE).toBeGreaterThan(10);
      expect(longestSilence(heard)).toBeLessThan(RATE * 0.01);
      expect(Math.abs((await loudness(file('liquidsoap.ogg'), 6)) + 16)).toBeLessThan(1);
    },
    60_000,
  );
});
