import type { OxcError } from "oxc-parser";
import { mayHaveElements, parse, parseTyped } from "./ast.ts";
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
  const parsed = parseTyped(code);
  const first = parsed.errors[0];
  if (first === undefined || isObjectLiteral(code)) return { status: "complete" };
  // A text may be unfinished as the one and wrong as the other.
  const others = mayHaveElements(code) ? [parse(code, "ts"), parse(code, "tsx")] : [];
  const readings = [first, ...others.flatMap(({ errors }) => errors.slice(0, 1))];
  if (readings.some((error) => isUnfinished(error, code)) || canBeClosed(code))
    return { status: "incomplete", indent: indentAfter(code) };
  return { status: "invalid", problems: problemsOf(code, parsed) };
}

/** Whether a text is a whole program. */
export function isComplete(code: string): boolean {
  return completeness(code).status === "complete";
}

/** Whether a text that begins with `{` is meant as an object: as an expression it is a program. */
export function isObjectLiteral(code: string): boolean {
  if (!/^(?:\s|\/\/.*$|\/\*[^]*?\*\/)*\{/mu.test(code)) return false;
  const { program, errors } = parseTyped(`(${code}\n)`);
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

const tokens =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/.*|\/\*[^]*?\*\/|(?<open>[([{])|(?<close>[)\]}])/gu;
const closers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

// The parser says of a generic arrow function without an end that it begins wrongly: so an end is tried.
function canBeClosed(code: string): boolean {
  const open: string[] = [];
  for (const { groups } of code.matchAll(tokens)) {
    if (groups?.["open"] !== undefined) open.push(closers[groups["open"]] ?? "");
    else if (groups?.["close"] !== undefined) open.pop();
  }
  const end = open.toReversed().join("");
  return [end, `0${end}`].some((rest) => rest !== "" && parse(`${code}\n${rest}`, "ts").errors.length === 0);
}

const step = "  ";
// A bracket, an arrow, a case, a tag that is not closed.
const opening = /(?:[{([]|=>|^\s*(?:case\b.*|default\s*):|<(?:[\p{ID_Start}$_][^<>/]*)?>)$/u;

function indentAfter(code: string): string {
  const line = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^[ \t]*/u.exec(line)?.[0] ?? "";
  const last = line.replace(/\s*\/\/[^'"`]*$/u, "");
  return opening.test(last) ? indent + step : indent;
}
