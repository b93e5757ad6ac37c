// Every frame of the programme, from where it is sent to where it is heard.
import { markAt, markOf, RATE } from './programme.js';

/** The crossfade back to the programme, in frames: what is heard in it is two things at once. */
const BACK_FADE = RATE / 2;
/** Most frames that a change from another rate may hold back at the end of a connection: its block and its filter. */
const MOST_HELD = 2048;

const WORDS_OUT = ['starved', 'ended', 'silent', 'garbage'];

/**
 * Holds the counts that the air desk gives of itself against the numbers that the frames carry: a frame of the stream is
 * frame `frame - inserted + dropped` of the programme, and says so.
 */
export class Account {
  /** Frames read and found to be the ones they should be, and lines about those that were not. */
  checked = 0;
  wrong = [];
  /** Frames that conversions from another rate held back. */
  held = 0;
  heldMost = 0;
  #input = null;
  /** What was sent over the connection that is heard: where it began, of all, and its stretches without numbers. */
  #heard = null;
  #sent = 0;
  #steadyFrom = 0;
  /** Connections with a conversion since frames were last checked. */
  #loose = 0;

  /** Watches what leaves the input. */
  watch(input) {
    this.#input = input;
    const push = input.push.bind(input);
    let headed = false;
    input.push = (chunk) => {
      if (chunk !== null) {
        if (headed) this.#look(chunk);
        headed = true;
      }
      return push(chunk);
    };
  }

  /** A connection over which frames will come. */
  open(format) {
    return { format, sent: 0, base: null, unmarked: { from: 0, to: 0 } };
  }

  /** The next so many frames carry no numbers. */
  unmark(connection, frames) {
    const { sent, unmarked } = connection;
    connection.unmarked = { from: unmarked.to === sent ? unmarked.from : sent, to: sent + frames };
  }

  /** All that it sent will have been taken: the next one begins behind that. */
  close({ format, sent }) {
    const frames = format.exact ? sent : Math.ceil((sent * RATE) / format.rate);
    this.#sent += frames;
    if (!format.exact) this.#loose++;
  }

  /** The connection that is heard from the next `back` on. */
  hear(connection) {
    this.#heard = connection;
    connection.base = this.#sent;
  }

  event({ event, frame }) {
    if (WORDS_OUT.includes(event)) this.#steadyFrom = Number.POSITIVE_INFINITY;
    if (event === 'back') this.#steadyFrom = frame + BACK_FADE;
  }

  /** Frames sent that are neither out nor dropped: held at the end, to be faded out. */
  balance(open) {
    const { framesOut, inserted, dropped } = this.#input.counts;
    return this.#sent + open.sent - this.held + inserted - dropped - framesOut;
  }

  #look(chunk) {
    const { framesOut, inserted, dropped } = this.#input.counts;
    const frames = chunk.length / 8;
    const first = framesOut - frames;
    const connection = this.#heard;
    if (connection === null || !connection.format.marked) return;
    const { from, to } = connection.unmarked;
    const samples = new Float32Array(chunk.buffer, chunk.byteOffset, 2 * frames);
    const start = first - inserted + dropped - connection.base + this.held;
    for (let i = Math.max(0, this.#steadyFrom - first); i < frames; i++) {
      const wanted = markAt(start + i);
      if (wanted === null || (start + i >= from && start + i < to)) continue;
      const found = markOf(samples[2 * i] * 32768, samples[2 * i + 1] * 32768);
      if (found === wanted) this.checked++;
      else if (this.#loose > 0) return this.#settle(samples, i, start);
      else if (this.wrong.length < 10)
        this.wrong.push(`frame ${first + i}: has number ${found}, not ${wanted}`);
    }
    if (this.#steadyFrom < framesOut) this.#loose = 0;
  }

  /** Behind a conversion: finds how many frames it has held back. */
  #settle(samples, from, start) {
    const most = this.#loose * MOST_HELD;
    for (let held = 0; held <= most; held++) {
      let fits = 0;
      let of = 0;
      for (let i = from; i < samples.length / 2; i++) {
        const wanted = markAt(start + i + held);
        if (wanted === null) continue;
        of++;
        if (markOf(samples[2 * i] * 32768, samples[2 * i + 1] * 32768) === wanted) fits++;
      }
      if (of < 8 || fits < of) continue;
      this.held += held;
      this.heldMost = Math.max(this.heldMost, held / this.#loose);
      this.#loose = 0;
      return;
    }
    if (samples.length / 2 - from >= 256)
      this.wrong.push(`behind a change of rate: no number within ${most} frames`);
  }
}
