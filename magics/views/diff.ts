import type { DiffLine, TextDiff } from "../../core/index.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";

/** A part of a line, marked where it is what changed. */
export interface DiffPart {
  readonly text: string;
  readonly isMarked: boolean;
}

/** How many lines of a diff are shown at most. */
export const maxDiffLines = 60;

/** A diff, its lines coloured, with what changed inside of a line marked. */
export function diffHtml(diff: TextDiff): Html {
  const shown = diff.slice(0, maxDiffLines);
  const parts = markedLines(shown);
  const lines = shown.map((line, index) => lineHtml(line, parts[index] ?? []));
  const rest =
    diff.length > shown.length
      ? html`<span class="l-gap">… ${diff.length - shown.length} more lines</span>`
      : undefined;
  return html`<pre class="l-text l-diff">${lines}${rest}</pre>`;
}

const signs: Readonly<Record<DiffLine["kind"], string>> = { same: " ", removed: "−", added: "+", gap: "⋯" };
const classes: Readonly<Record<DiffLine["kind"], string>> = {
  same: "l-same",
  removed: "l-del",
  added: "l-add",
  gap: "l-gap",
};

function lineHtml({ kind }: DiffLine, parts: readonly DiffPart[]): Html {
  const text: Content = parts.map((part) => (part.isMarked ? html`<b>${part.text}</b>` : part.text));
  return html`<span class="${classes[kind]}">${signs[kind]} ${text}${"\n"}</span>`;
}

/** The lines in parts: where lines went and others came, each is compared with its counterpart. */
function markedLines(diff: TextDiff): DiffPart[][] {
  const parts = diff.map(({ text }): DiffPart[] => [{ text, isMarked: false }]);
  for (let start = 0; start < diff.length; start++) {
    if (diff[start]?.kind !== "removed") continue;
    const [middle, end] = [
      endOf(diff, start, "removed"),
      endOf(diff, endOf(diff, start, "removed"), "added"),
    ];
    for (let nth = 0; nth < Math.min(middle - start, end - middle); nth++) {
      const [old, now] = [diff[start + nth]?.text ?? "", diff[middle + nth]?.text ?? ""];
      [parts[start + nth], parts[middle + nth]] = [marked(old, now), marked(now, old)];
    }
    start = Math.max(start, end - 1);
  }
  return parts;
}

function endOf(diff: TextDiff, from: number, kind: DiffLine["kind"]): number {
  let at = from;
  while (diff[at]?.kind === kind) at++;
  return at;
}

/** What is between the words at the start and at the end that both have. */
function marked(text: string, other: string): DiffPart[] {
  const [words, others] = [wordsOf(text), wordsOf(other)];
  let start = 0;
  while (start < words.length && start < others.length && words[start] === others[start]) start++;
  let end = 0;
  while (
    end < words.length - start &&
    end < others.length - start &&
    words[words.length - 1 - end] === others[others.length - 1 - end]
  )
    end++;
  const cut = [
    words.slice(0, start),
    words.slice(start, words.length - end),
    words.slice(words.length - end),
  ];
  const common = text.length - (cut[1] ?? []).join("").length;
  // Where little is the same, marks say little.
  const isMarked = common - (text.length - text.trimStart().length) > text.length / 3;
  return cut
    .map((part, index) => ({ text: part.join(""), isMarked: index === 1 && isMarked }))
    .filter((part) => part.text !== "");
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{ID_Continue}$.]+|\s+|./gu) ?? [];
}
