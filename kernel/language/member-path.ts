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
  const names = Array.from(
    steps.matchAll(/\[(?<key>[^\]]*)\]|(?<name>[\p{ID_Continue}$]+)/gu),
    ({ groups: one }) => one?.["name"] ?? (one?.["key"] ?? "").replaceAll(/^["']|["']$/gu, ""),
  );
  return { path: [root, ...names], typed: member ?? key ?? "", isQuoted: member === undefined };
}

const longest = 500;
