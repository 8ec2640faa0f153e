import { inspect, types } from "node:util";

/** How values are written as text. */
export interface TextOptions {
  /** Whether objects are written with ANSI colours. */
  readonly colours: boolean;
}

const maxLength = 100_000;
const maxArrayLength = 100;
const maxDepth = 4;
// Node's own.
const plainDepth = 2;
const maxLines = 400;
const maxEntries = 20_000;

/** A value as text, as Node's REPL writes it, within bounds. Getters are not run. */
export function textOf(value: unknown, { colours }: TextOptions): string {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  try {
    let text = "";
    // What holds half of a library is told as far as one can read it.
    for (let depth = depthFor(value); depth > 0; depth--) {
      text = inspect(value, {
        depth,
        maxArrayLength,
        maxStringLength: 20_000,
        breakLength: 100,
        colors: colours && isObject,
      });
      if (depth <= plainDepth || !hasMoreLines(text, maxLines)) break;
    }
    return shortened(text);
  } catch (error) {
    return `[${typeof value} that cannot be shown: ${messageOf(error)}]`;
  }
}

function hasMoreLines(text: string, most: number): boolean {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0 && lines <= most; at = text.indexOf("\n", at + 1)) lines++;
  return lines > most;
}

// An array of arrays of arrays has millions of entries within the limits of each, most of which would be cut off in the end.
function depthFor(value: unknown): number {
  for (let depth = maxDepth; depth > 1; depth--)
    if (entries(value, depth, maxEntries) < maxEntries) return depth;
  return 1;
}

/** How many entries of arrays and objects there are down to a depth, up to `most`. No getter and no proxy is asked. */
function entries(value: unknown, depth: number, most: number): number {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return 0;
  const keys = Array.isArray(value) ? undefined : Object.keys(value);
  const length = keys?.length ?? Math.min((value as unknown[]).length, maxArrayLength);
  let count = length;
  if (depth === 0) return count;
  for (let at = 0; at < length && count < most; at++) {
    const inner = Object.getOwnPropertyDescriptor(value, keys?.[at] ?? at)?.value as unknown;
    if (typeof inner === "object") count += entries(inner, depth - 1, most - count);
  }
  return count;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : inspect(error, { depth: 1 });
  } catch {
    return "an error that cannot be shown";
  }
}

/** A number of bytes, for people. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function shortened(text: string): string {
  if (text.length <= maxLength) return text;
  // A cut inside of an escape sequence or of a pair of surrogates would spoil what follows.
  // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
  const cut = text.slice(0, maxLength).replace(/(?:\u001B[^m]*|[\uD800-\uDBFF])$/u, "");
  return `${cut}${cut.includes("\u001B") ? "\u001B[0m" : ""}\n... ${text.length - cut.length} more characters`;
}
