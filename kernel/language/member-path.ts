/** A member that is being typed: of what, and how far. */
export interface MemberPath {
  /** The names that lead to the object, the first of them that of a variable. */
  readonly path: readonly string[];
  /** What of the member's name is there. */
  readonly typed: string;
  /** Whether it is typed as a string in brackets. */
  readonly isQuoted: boolean;
}

const name = "[\\p{ID_Start}$_][\\p{ID_Continue}$]*";
const step = `\\s*\\??\\.\\s*${name}|(?:\\?\\.)?\\[(?:\\d+|"[^"\\\\\\n]*"|'[^'\\\\\\n]*')\\]`;
const pattern = new RegExp(
  `(?<![\\p{ID_Continue}$.\\])}"'\`])(?<root>${name})(?<steps>(?:${step})*)` +
    `(?:\\s*\\??\\.\\s*(?<member>[\\p{ID_Continue}$]*)|(?:\\?\\.)?\\[["'](?<key>[^"'\\\\\\n]*))$`,
  "u",
);

/** The member that is being typed at an offset, when plain names and literal keys lead to it. */
export function memberPath(text: string, at: number): MemberPath | undefined {
  const groups = pattern.exec(text.slice(Math.max(0, at - longest), at))?.groups;
  if (groups === undefined) return undefined;
  const { root = "", steps = "", member, key } = groups;
  return { path: [root, ...namesOf(steps)], typed: member ?? key ?? "", isQuoted: member === undefined };
}

const bound = new RegExp(`^[^{}=;]*\\}\\s*=\\s*(?<root>${name})(?<steps>(?:${step})*)\\s*(?:[;\\n]|$)`, "u");

/** The member that is being typed in a pattern, `const { na| } = data.rows`, when plain names and literal keys lead to the object. */
export function destructuredPath(text: string, at: number): MemberPath | undefined {
  const before = /\b(?:const|let|var)\s*\{(?:[^{}]*[,\s])?(?<typed>[\p{ID_Continue}$]*)$/u.exec(
    text.slice(Math.max(0, at - longest), at),
  )?.groups;
  const groups = bound.exec(text.slice(at, at + longest))?.groups;
  if (before === undefined || groups === undefined) return undefined;
  const path = [groups["root"] ?? "", ...namesOf(groups["steps"] ?? "")];
  return { path, typed: before["typed"] ?? "", isQuoted: false };
}

const wholePattern = new RegExp(
  `(?<![\\p{ID_Continue}$.\\])}"'\`])(?<root>${name})(?<steps>(?:${step})*)$`,
  "u",
);

/** The names that lead to the value of which the word at an offset is the last. */
export function valuePath(text: string, at: number): readonly string[] | undefined {
  const end = at + (/^[\p{ID_Continue}$]*/u.exec(text.slice(at))?.[0].length ?? 0);
  if (!/[\p{ID_Continue}$]/u.test(text.slice(Math.max(0, end - 1), end))) return undefined;
  const groups = wholePattern.exec(text.slice(Math.max(0, end - longest), end))?.groups;
  return groups && [groups["root"] ?? "", ...namesOf(groups["steps"] ?? "")];
}

function namesOf(steps: string): string[] {
  return Array.from(
    steps.matchAll(/\[(?<key>[^\]]*)\]|(?<name>[\p{ID_Continue}$]+)/gu),
    ({ groups }) => groups?.["name"] ?? (groups?.["key"] ?? "").replaceAll(/^["']|["']$/gu, ""),
  );
}

const longest = 500;
