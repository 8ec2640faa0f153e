import { inspect, types } from "node:util";
import { CodeSyntaxError } from "./errors.ts";
import type { SyntaxProblem } from "./errors.ts";
import { restoreName } from "./hidden.ts";
import { readBriefly, readPlain as read } from "./read-plain.ts";
import { withPlainHeaders } from "./stack.ts";

/** What can be said of a thrown value. */
export interface ErrorFacts {
  readonly isError: boolean;
  /** The name of the error; `Uncaught` for what is no error. */
  readonly name: string;
  readonly message: string;
  /** The lines of the trace, as V8 wrote them. */
  readonly frames: readonly string[];
  readonly cause?: { readonly value: unknown };
  /** The errors of an AggregateError. */
  readonly errors?: readonly unknown[];
  /** What is wrong with the text, when it did not even run. */
  readonly problems?: readonly SyntaxProblem[];
}

/** Says what can be said of a thrown value. Of code of its own, nothing runs but a getter of its message, and that not long. */
export function errorFacts(thrown: unknown): ErrorFacts {
  if (!isError(thrown)) return { isError: false, name: "Uncaught", message: shown(thrown), frames: [] };
  const name = nameOf(thrown);
  // Libraries write long messages when they are asked for.
  const message = restoreName(bounded(textOf(readBriefly(thrown, "message"))));
  // V8 writes the trace when it is first asked for it, which makes it ask the error for its message.
  const stack = textOf(withPlainHeaders(() => read(thrown, "stack")));
  const errors = read(thrown, "errors");
  return {
    isError: true,
    name,
    message,
    frames: framesIn(stack),
    ...(Object.hasOwn(thrown, "cause") ? { cause: { value: read(thrown, "cause") } } : {}),
    ...(Array.isArray(errors) && !types.isProxy(errors) ? { errors: errors as unknown[] } : {}),
    ...(thrown instanceof CodeSyntaxError ? { problems: thrown.problems } : {}),
  };
}

function isError(value: unknown): value is object {
  return (
    types.isNativeError(value) || (value instanceof Error && !types.isProxy(value)) || isDomException(value)
  );
}

function isDomException(value: unknown): value is object {
  return (
    typeof value === "object" && value !== null && !types.isProxy(value) && value instanceof DOMException
  );
}

// A class that extends Error seldom sets a name of its own.
function nameOf(error: object): string {
  const name = textOf(read(error, "name"));
  const made = read(error, "constructor");
  const className = typeof made === "function" && !types.isProxy(made) ? textOf(read(made, "name")) : "";
  if (name === "" || name === "Error")
    return className === "" || className === "Object" ? "Error" : className;
  return name;
}

const maxTextLength = 20_000;
const maxTraceLength = 200_000;

// The header of a trace is the whole message.
function framesIn(stack: string): string[] {
  const start = stack.length <= maxTraceLength ? 0 : Math.max(0, stack.indexOf("\n    at "));
  const frames = stack
    .slice(start, start + maxTraceLength)
    .split("\n")
    .filter((line) => /^\s+at /u.test(line));
  return [...unreadFile(stack), ...frames];
}

// Of a file that Node cannot read as code, it says only above the message where it is, and what stands there.
function unreadFile(stack: string): string[] {
  const {
    file,
    line,
    before = "",
  } = /^(?<file>(?:[/\\]|file:|[A-Za-z]:[/\\])[^\n]{1,1000}):(?<line>\d+)\n[^\n]{0,1000}\n(?<before>\s*)\^/u.exec(
    stack,
  )?.groups ?? {};
  return file === undefined ? [] : [`    at ${file}:${line}:${before.length + 1}`];
}

function bounded(text: string): string {
  if (text.length <= maxTextLength) return text;
  return `${text.slice(0, maxTextLength)}\n... ${text.length - maxTextLength} more characters`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function shown(value: unknown): string {
  try {
    return bounded(inspect(value, { depth: 2, maxArrayLength: 20, maxStringLength: 2000, showProxy: true }));
  } catch {
    return `a value of type ${typeof value} that cannot be shown`;
  }
}
