// What goes wrong between a studio and its station: one trouble of each kind, in an order that a seed decides.
import { PassThrough } from 'node:stream';
import { RATE } from './programme.js';

/** A packet is some ms long, in steps of 1 ms. */
const PACKET = { least: 5, most: 120 };
/** A programme that has come back is heard for at least so long before the next trouble, in s. */
const CALM = { least: 20, most: 80 };
/** From the end of a trouble until the programme is back: it has to be good for 2 s, and what piled up is behind. */
const RECOVERY = 12;
const PIPE_BYTES = 1 << 26;

/** A studio that sends in real time, of its clock, and has trouble. */
export class Studio {
  /** Troubles by kind, and the words that the station should have had for them, in order. */
  troubles = {};
  expected = [];
  #random;
  #clock;
  #account;
  #formats;
  #onPacket;
  #waiting = null;
  #writer = null;
  #connection = null;
  #deck = [];

  constructor({ random, clock, account, formats, onPacket }) {
    this.#random = random;
    this.#clock = clock;
    this.#account = account;
    this.#formats = formats;
    this.#onPacket = onPacket;
  }

  /** The pipe that the station reads. */
  source = {
    name: 'programme',
    reconnects: true,
    connect: () =>
      new Promise((resolve) => {
        this.#waiting = resolve;
      }),
  };

  /** What it is sending. */
  get connection() {
    return this.#connection;
  }

  #between(least, most) {
    return least + Math.floor((most - least + 1) * this.#random());
  }

  #pick(list) {
    return list[this.#between(0, list.length - 1)];
  }

  /** Begins to send, in a format. */
  open(format = this.#pick(this.#formats)) {
    this.#connection = this.#account.open(format);
    this.#dial().write(format.header);
    this.#account.hear(this.#connection);
  }

  #dial() {
    this.#writer = new PassThrough({ highWaterMark: PIPE_BYTES });
    this.#waiting(this.#writer);
    this.#waiting = null;
    return this.#writer;
  }

  /** Sends so many ms of the programme as `bytes` says, all at once. */
  #send(ms, bytes = null) {
    const { format, sent } = this.#connection;
    const frames = Math.round((ms * format.rate) / 1000);
    const regular = format.frames(sent, frames);
    if (bytes !== null) this.#account.unmark(this.#connection, frames);
    this.#writer.write(bytes === null ? regular : bytes(regular, format));
    this.#connection.sent += frames;
  }

  /** Sends so many ms in packets, each when it is over. */
  async play(ms, bytes = null) {
    for (let left = ms; left > 0; ) {
      const packet = Math.min(left, this.#between(PACKET.least, PACKET.most));
      await this.#clock.sleep(packet);
      this.#send(packet, bytes);
      left -= packet;
      await this.#onPacket();
    }
  }

  /** A calm stretch and a trouble behind it. */
  async goOn() {
    await this.play(1000 * this.#between(CALM.least, CALM.most));
    if (this.#deck.length === 0) this.#deck = this.#shuffled(Object.keys(this.#kinds));
    const kind = this.#deck.pop();
    this.expected.push(...((await this.#kinds[kind]()) ?? []));
    this.troubles[kind] = (this.troubles[kind] ?? 0) + 1;
    await this.play(1000 * RECOVERY);
  }

  #shuffled(list) {
    return list
      .map((one) => [this.#random(), one])
      .sort(([a], [b]) => a - b)
      .map(([, one]) => one);
  }

  async #away() {
    await this.#clock.sleep(this.#between(50, 10_000));
  }

  /** One that the programme can begin in whatever came before. */
  async #again() {
    await this.#away();
    this.open();
  }

  #kinds = {
    'a packet late by up to 400 ms': async () => {
      const ms = this.#between(50, 400);
      await this.#clock.sleep(ms);
      this.#send(ms);
    },
    'nothing for up to 20 s': async () => {
      await this.#clock.sleep(this.#between(1000, 20_000));
      return ['starved', 'back'];
    },
    'nothing for up to 5 s, and then all of it at once': async () => {
      const ms = this.#between(1000, 5000);
      await this.#clock.sleep(ms);
      this.#send(ms);
      return ['starved', 'back'];
    },
    'silence for up to 40 s': async () => {
      await this.play(1000 * this.#between(22, 40), (bytes) => Buffer.alloc(bytes.length));
      return ['silent', 'back'];
    },
    'the writer goes and another comes, in any format': async () => {
      this.#account.close(this.#connection);
      this.#writer.end();
      await this.#again();
      return ['ended', 'connected', 'back'];
    },
    'the connection breaks': async () => {
      await this.#clock.sleep(0);
      this.#account.close(this.#connection);
      this.#writer.destroy(new Error('broken'));
      await this.#again();
      return ['ended', 'connected', 'back'];
    },
    'a writer that sends no audio': async () => {
      this.#account.close(this.#connection);
      this.#writer.end();
      await this.#away();
      this.#dial().end(Buffer.from(Array.from({ length: 1000 }, () => this.#between(0, 255))));
      await this.#again();
      return ['ended', 'connected', 'garbage', 'back'];
    },
    'bytes that are no numbers, for up to 2 s': async () => {
      const { code, marked } = this.#connection.format;
      if (code !== 3 || !marked) return this.#interrupt();
      await this.play(this.#between(50, 2000), (bytes) => Buffer.alloc(bytes.length, 0xff));
      return ['garbage', 'back'];
    },
    'one sample that is no number': async () => {
      const { format } = this.#connection;
      if (format.code !== 3) return;
      this.#send(40, (bytes) => {
        const broken = Buffer.from(bytes);
        broken.writeFloatLE(Number.NaN, format.frameBytes * this.#between(1, 100));
        return broken;
      });
      await this.#clock.sleep(40);
    },
    'a header of the same format in the middle': async () => {
      this.#writer.write(this.#connection.format.header);
    },
    'a header of another format in the middle': () => this.#interrupt(),
  };

  /** The stream becomes one that its first header did not announce. */
  async #interrupt() {
    const { format } = this.#connection;
    const other = this.#formats.find(
      ({ channels, rate }) => channels !== format.channels || rate !== format.rate,
    );
    this.#account.close(this.#connection);
    this.#writer.write(other.header);
    this.#writer.write(other.frames(0, RATE));
    this.#writer.end();
    await this.#again();
    return ['garbage', 'connected', 'back'];
  }
}
