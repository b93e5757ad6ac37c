/** Longest text that a message repeats. */
const LONGEST = 40;

/** Text cut to what a message may repeat. */
export const shortened = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;

/** A name in quotation marks, cut short, on one line whatever it holds. */
export const quoted = (name: string): string => JSON.stringify(shortened(name));

/** A value as it stands in JSON, cut short. */
export function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return shortened(JSON.stringify(value) ?? String(value));
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text for a terminal: control characters, which a file's name may have, stand as in source code and do nothing. */
export const printable = (text: string): string =>
  text.replace(
    /\p{Cc}/gu,
    (control) => NAMED[control] ?? `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
