import type { RRef } from "../../core/ref.ts";
import { parseRRef } from "../../core/ref.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted } from "./format.ts";
import { html } from "./html.ts";
import { headerHtml, shortHash } from "./realization.ts";

const maxLines = 400;
const maxCharacters = 100_000;

/** The log of a realization; of a long one its beginning and, more of it, its end. */
export function logView(rref: RRef, log: string): MimeBundle {
  const { name } = parseRRef(rref);
  const header = headerHtml({ name, kind: "log", address: rref, hash: shortHash(rref) });
  const { text, about } = boundedLog(log);
  const body =
    text === "" ? html`<p class="l-facts">It printed nothing.</p>` : html`<pre class="l-text">${text}</pre>`;
  return bundle({
    html: html`${header}
      <p class="l-facts">${about}</p>
      ${body}`,
    text: `${name}  ${shortHash(rref)}  (log, ${about})\n${text === "" ? "It printed nothing." : text}`,
  });
}

/** A log with lines from its middle left out, and a mark in their place, when it is too long to be shown. */
export function boundedLog(log: string): { readonly text: string; readonly about: string } {
  const lines = log.replace(/\n$/u, "").split("\n").map(lastState);
  const about = log === "" ? "empty" : counted(lines.length, "line");
  const kept = withoutMiddle(lines, maxLines, (count) => `… ${counted(count, "line")} left out …`).join("\n");
  if (kept.length <= maxCharacters) return { text: log === "" ? "" : kept, about };
  const [head, tail] = [kept.slice(0, maxCharacters / 4), kept.slice(-maxCharacters / 2)];
  return {
    text: `${head}\n… ${kept.length - head.length - tail.length} characters left out …\n${tail}`,
    about,
  };
}

/** The last lines of a text, each shortened, for what shows a glimpse of a running realizer. */
export function lastLines(text: string, count: number): readonly string[] {
  const lines = text.slice(-20_000).split("\n").map(lastState);
  return lines.filter((line) => line.trim() !== "").slice(-count);
}

// A line that a program drew over and over, as progress bars do, is what it was at last.
function lastState(line: string): string {
  const parts = line.replace(/\r+$/u, "").split("\r");
  return parts.at(-1) ?? "";
}

function withoutMiddle(
  lines: readonly string[],
  limit: number,
  mark: (count: number) => string,
): readonly string[] {
  if (lines.length <= limit) return lines;
  const head = Math.floor(limit / 4);
  const tail = limit - head;
  return [...lines.slice(0, head), mark(lines.length - head - tail), ...lines.slice(-tail)];
}
