import type { OxcError } from "oxc-parser";
import { parse } from "./ast.ts";
import { problemsOf } from "./code.ts";
import type { SyntaxProblem } from "./errors.ts";

/** Whether a text can be run, or is the beginning of one that can. */
export type Completeness =
  | { readonly status: "complete" }
  /** More is needed; `indent` is what the next line should begin with. */
  | { readonly status: "incomplete"; readonly indent: string }
  /** Whatever follows, it will not become a program. */
  | { readonly status: "invalid"; readonly problems: readonly SyntaxProblem[] };

/** Says whether a text is a whole program, the beginning of one, or neither. */
export function completeness(code: string): Completeness {
  const parsed = parse(code, "ts");
  const first = parsed.errors[0];
  if (first === undefined || isObjectLiteral(code)) return { status: "complete" };
  if (isUnfinished(first, code)) return { status: "incomplete", indent: indentAfter(code) };
  return { status: "invalid", problems: problemsOf(code, parsed) };
}

/** Whether a text is a whole program. */
export function isComplete(code: string): boolean {
  return completeness(code).status === "complete";
}

/** Whether a text that begins with `{` is meant as an object: as an expression it is a program. */
export function isObjectLiteral(code: string): boolean {
  if (!/^(?:\s|\/\/.*$|\/\*[^]*?\*\/)*\{/mu.test(code)) return false;
  const { program, errors } = parse(`(${code}\n)`, "ts");
  const [statement, ...rest] = program.body;
  return errors.length === 0 && rest.length === 0 && statement?.type === "ExpressionStatement";
}

function isUnfinished({ message, labels }: OxcError, code: string): boolean {
  const start = labels[0]?.start ?? 0;
  if (message === "Unterminated multiline comment") return true;
  // A template may go on in the next line, a string or an expression between slashes may not.
  if (message === "Unterminated string") return code[start] === "`" || code[start] === "}";
  // What is missing at the end may still come. Comments count as nothing.
  const rest = code.slice(start).replaceAll(/\/\/.*$|\/\*[^]*?\*\//gmu, "");
  return rest.trim() === "" && !message.startsWith("Missing initializer");
}

const step = "  ";

function indentAfter(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^[ \t]*/u.exec(last)?.[0] ?? "";
  return /[{([]$|=>$/u.test(last) ? indent + step : indent;
}
