// Reads stdin to its end and drops it, one way or another; the time that takes is measured from outside.
import { read, readSync } from 'node:fs';

const BYTES = 128 * 1024;
const buffer = Buffer.allocUnsafeSlow(BYTES);

const WAYS = {
  nothing() {},
  stdin() {
    process.stdin.resume();
  },
  read() {
    read(0, buffer, 0, BYTES, null, (error, bytes) => {
      if (error) throw error;
      if (bytes > 0) WAYS.read();
    });
  },
  readSync() {
    while (readSync(0, buffer, 0, BYTES, null) > 0);
  },
  async ours() {
    const { rotatingReader } = await import('../dist/engine/files/rotating-reader.js');
    rotatingReader(0, 'pipe').resume();
  },
};

await WAYS[process.argv[2]]();
