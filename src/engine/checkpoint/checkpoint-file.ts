import { createHash } from 'node:crypto';
import { open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname, resolve } from 'node:path';
import { inputError, usageError } from '../../audio/errors.ts';
import { isSystemError, systemReason } from '../files/system-reason.ts';
import { packageVersion } from '../package-version.ts';

/*
 * A checkpoint file: 8 bytes of magic, the format and the length of the text as 32-bit numbers (little-endian), the text,
 * the arrays one behind the other, and the SHA-256 of all that. The text is JSON in which `{"$bytes": n}` stands for the
 * next n bytes of the arrays, and `{"$number": "-Infinity"}` for a number that JSON does not have.
 */
const MAGIC = Buffer.from('AURALCKP', 'latin1');
const FORMAT = 1;
const HEAD_BYTES = 16;
const DIGEST_BYTES = 32;

const isCheckpoint = (bytes: Buffer): boolean => bytes.subarray(0, MAGIC.length).equals(MAGIC);

const isPlainNumber = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

/** The pieces of a checkpoint file: plain data in which arrays of bytes stand. Those are not copied. */
export function encodeCheckpoint(content: object): Uint8Array[] {
  const arrays: Uint8Array[] = [];
  const value = { version: packageVersion(), byteOrder: endianness(), content };
  const text = Buffer.from(
    JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, one: unknown) {
      // Taken from its holder, because a Buffer has become a list of numbers here.
      const held = this[key];
      if (held instanceof Uint8Array) {
        arrays.push(held);
        return { $bytes: held.length };
      }
      if (typeof one !== 'number' || isPlainNumber(one)) return one;
      return { $number: Object.is(one, -0) ? '-0' : String(one) };
    }),
  );
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt32LE(FORMAT, 8);
  head.writeUInt32LE(text.length, 12);
  const pieces = [head, text, ...arrays];
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return [...pieces, hash.digest()];
}

/** What `encodeCheckpoint` was given; `name` is the file's, for the error that says why it can't be used. */
export function decodeCheckpoint(bytes: Buffer, name: string): unknown {
  if (!isCheckpoint(bytes)) throw inputError(`${name}: is no checkpoint of auralis-stream`);
  const whole = bytes.length - DIGEST_BYTES;
  const damaged = inputError(`${name}: is damaged: its checksum does not match`);
  if (whole < HEAD_BYTES) throw damaged;
  const format = bytes.readUInt32LE(8);
  if (format !== FORMAT) throw inputError(`${name}: has format ${format}, this version reads ${FORMAT}`);
  if (!createHash('sha256').update(bytes.subarray(0, whole)).digest().equals(bytes.subarray(whole))) {
    throw damaged;
  }
  let at = HEAD_BYTES + bytes.readUInt32LE(12);
  const revive = (_key: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$number' in value) return Number(value.$number);
    if (!('$bytes' in value)) return value;
    const from = at;
    at += Number(value.$bytes);
    return new Uint8Array(bytes.subarray(from, at));
  };
  const { version, byteOrder, content } = JSON.parse(bytes.toString('utf8', HEAD_BYTES, at), revive);
  // The state of a stage is laid out as its code has it, which any version may change.
  if (version !== packageVersion()) {
    throw inputError(`${name}: was written by version ${version}, this is ${packageVersion()}`);
  }
  if (byteOrder !== endianness()) {
    throw inputError(`${name}: has the byte order ${byteOrder}, this machine ${endianness()}`);
  }
  return content;
}

/** Reads a checkpoint file. */
export async function readCheckpointFile(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch((cause) => {
    throw inputError(`${path}: ${systemReason(cause)}`, { cause });
  });
  return decodeCheckpoint(bytes, path);
}

/** Writes a file so that it is there whole or as it was before, also after a power cut. */
export async function writeCheckpointFile(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const place = await checkpointPlace(path);
  const part = partOf(place);
  const file = await open(part, 'w');
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, place);
  await syncFolder(dirname(place));
}

/** Removes a checkpoint that is of no more use. */
export async function removeCheckpointFile(path: string): Promise<void> {
  await rm(await checkpointPlace(path), { force: true });
}

const partOf = (place: string): string => `${place}.part`;

/**
 * Where the checkpoint `path` is written: what a link leads to, there or not yet.
 * @throws AuralisError of kind `usage` where something else than a checkpoint is, which is never written over
 */
export async function checkpointPlace(path: string): Promise<string> {
  const place = await behindLinks(path);
  // A part that was cut short begins as a checkpoint does.
  for (const [file, name] of [
    [place, path],
    [partOf(place), partOf(path)],
  ]) {
    const there = await stat(file).catch(absent);
    if (there === null) continue;
    if (!there.isFile()) throw usageError(`${name}: is no regular file, choose a new name`);
    if (await isForeign(file)) throw usageError(`${name}: exists and is no checkpoint, choose a new name`);
  }
  return place;
}

/** Follows a link also where it leads to nothing, as it does when a checkpoint has been removed. */
async function behindLinks(path: string): Promise<string> {
  // Refuses links that lead in a circle.
  await stat(path).catch(absent);
  const link = await readlink(path).catch(() => null);
  return link === null ? path : behindLinks(resolve(await realpath(dirname(path)), link));
}

function absent(cause: unknown): null {
  if (isSystemError(cause) && cause.code === 'ENOENT') return null;
  throw cause;
}

async function isForeign(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead > 0 && !isCheckpoint(buffer);
  } finally {
    await file.close();
  }
}

/** Brings a new name to the disk, on systems that open folders. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
