import { DebugError } from "./protocol.ts";
import { debugView } from "./target.ts";

/** What decides whether a breakpoint pauses; all expressions without types. */
export interface Decision {
  /** Names the breakpoint where visits are counted. */
  readonly key: string;
  readonly condition?: string;
  readonly hitCondition?: string;
  /** Texts and expressions in turn, beginning with a text. */
  readonly log?: readonly string[];
}

/** The expression that V8 evaluates at a breakpoint: it pauses when that is true. Nothing for one that always pauses. */
export function conditionOf({ key, condition, hitCondition, log }: Decision): string | undefined {
  const terms = [
    ...(condition === undefined ? [] : [`(${condition}\n)`]),
    ...(hitCondition === undefined ? [] : [hitTerm(key, hitCondition)]),
    ...(log === undefined ? [] : [`${debugView}.log(${logText(log)})`]),
  ];
  return terms.length === 0 ? undefined : terms.join("&&");
}

function hitTerm(key: string, hitCondition: string): string {
  const { compare, count } = readHitCondition(hitCondition);
  return `${debugView}.hit(${JSON.stringify(key)},${JSON.stringify(compare)},${count})`;
}

/**
 * Reads how often a breakpoint is to be passed: `5` for the fifth visit alone, `>= 5`, `% 5` for each fifth.
 *
 * @throws DebugError `invalid-expression`
 */
export function readHitCondition(text: string): { readonly compare: string; readonly count: number } {
  const found = /^\s*(={1,3}|>=?|<=?|%)?\s*(\d+)\s*$/u.exec(text);
  const [, operator = "=", digits = ""] = found ?? [];
  if (found !== null && !(operator === "%" && Number(digits) === 0))
    return { compare: operator.startsWith("=") ? "=" : operator, count: Number(digits) };
  throw new DebugError(
    "invalid-expression",
    `Cannot count visits by "${text}": it must be a number, or one behind =, >, >=, <, <= or %`,
  );
}

/** Splits the message of a log point: expressions stand in braces. Texts and expressions in turn, beginning with a text. */
export function splitLogMessage(message: string): string[] {
  const parts: string[] = [];
  let text = "";
  for (let at = 0; at < message.length; at++) {
    const end = message[at] === "{" ? closingBrace(message, at) : -1;
    if (end === -1) text += message[at] ?? "";
    else {
      parts.push(text, message.slice(at + 1, end));
      text = "";
      at = end;
    }
  }
  return [...parts, text];
}

function closingBrace(message: string, from: number): number {
  let depth = 0;
  for (let at = from; at < message.length; at++) {
    if (message[at] === "{") depth += 1;
    if (message[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

// What an expression throws is told in its place; the program goes on.
function logText(parts: readonly string[]): string {
  const terms = parts.map((part, index) =>
    index % 2 === 0 ? JSON.stringify(part) : `${debugView}.text(()=>(${part}\n))`,
  );
  return terms.join("+");
}
