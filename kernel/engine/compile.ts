import { Script } from "node:vm";
import { movedTo } from "./units.ts";

/** How {@link compile} is to name a text and to count its lines. */
export interface CompileOptions {
  /** The name of the script, as V8 reports it. */
  readonly url: string;
  /** How many UTF-16 units of the first line do not count. */
  readonly prefixLength: number;
  /** The number of the first line. */
  readonly line?: number;
}

/** Compiles an expression and gives its value: a function that is then called with what it needs. */
export function compile(
  text: string,
  { url, prefixLength, line = 1 }: CompileOptions,
): (...args: unknown[]) => unknown {
  const script = new Script(text, {
    filename: url,
    lineOffset: line - 1,
    columnOffset: -prefixLength,
  });
  return script.runInThisContext() as (...args: unknown[]) => unknown;
}

/** The text of a cell's script, named and moved to its line, and without a value, which V8's inspector would describe. */
export function cellScript(text: string, url: string, line: number): string {
  return `${movedTo(line, text)}\n;void 0\n//# sourceURL=${url}`;
}
