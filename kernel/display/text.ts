import { inspect } from "node:util";

/** How values are written as text. */
export interface TextOptions {
  /** Whether objects are written with ANSI colours. */
  readonly colours: boolean;
}

const maxLength = 100_000;

/** A value as text, as Node's REPL writes it, within bounds. Getters are not run. */
export function textOf(value: unknown, { colours }: TextOptions): string {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  try {
    const text = inspect(value, {
      depth: 4,
      maxArrayLength: 100,
      maxStringLength: 20_000,
      breakLength: 100,
      colors: colours && isObject,
    });
    return shortened(text);
  } catch (error) {
    return `[${typeof value} that cannot be shown: ${messageOf(error)}]`;
  }
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
