import type { ReplayEntry } from "../../core/index.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { counted } from "./format.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { boundedLog } from "./log-text.ts";

const openLines = 6;
// It becomes a part of a card, which is saved with the notebook; %log has more.
const limits = { lines: 120, characters: 12_000 };

/** What a realizer printed: its last lines, and the rest to be opened. Nothing for one that printed nothing. */
export function printedView(text: string): View | undefined {
  if (text.trim() === "") return undefined;
  const lines = boundedLog(text, limits).text.split("\n");
  const rest = lines.slice(0, -openLines);
  const last = lines.slice(-openLines);
  // Of all that there is, and not only of what is shown.
  const count = counted(text.replace(/\n$/u, "").split("\n").length - last.length, "line");
  const before =
    rest.length === 0
      ? undefined
      : html`<details>
          <summary class="l-mut">${count} before</summary>
          <pre class="l-text">${rest.join("\n")}</pre>
        </details>`;
  return {
    html: html`${before}
      <pre class="l-text">${last.join("\n")}</pre>`,
    text: [...(rest.length === 0 ? [] : [`… ${count} before`]), ...last].join("\n"),
  };
}

/** The texts among what was shown, joined. */
export function printedText(entries: readonly ReplayEntry[]): string {
  return entries.map((entry) => (entry.kind === "text" ? entry.text : "")).join("");
}

/** A part of a log that stands between two displays. */
export function textPartView(text: string): MimeBundle {
  const shown = boundedLog(text).text;
  return bundle({ html: html`<pre class="l-text">${shown}</pre>`, text: shown });
}

/**
 * All that was shown as a part of another view. Pictures are there as pictures; of everything else that was displayed only its text is,
 * as its HTML was made to stand by itself.
 */
export function shownView(entries: readonly ReplayEntry[]): View {
  const views = entries.flatMap((entry) => {
    if (entry.kind === "display") return [displayView(entry.bundle)];
    return printedView(entry.text) ?? [];
  });
  return {
    html: html`${views.map((view) => view.html)}`,
    text: views.map(({ text }) => text).join("\n"),
  };
}

const pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function displayView(shown: Readonly<Record<string, unknown>>): View {
  const text = textOf(shown);
  const picture = pictureOf(shown);
  return { text, html: picture ?? html`<pre class="l-text">${text}</pre>` };
}

function pictureOf(shown: Readonly<Record<string, unknown>>): Html | undefined {
  const svg = shown["image/svg+xml"];
  const type = pictures.find((one) => typeof shown[one] === "string");
  const data = type === undefined ? undefined : String(shown[type]).replaceAll(/\s/gu, "");
  // As an image, where a browser runs none of the scripts that an SVG may have.
  if (data !== undefined && /^[A-Za-z0-9+/=]*$/u.test(data))
    return html`<img src="data:${type};base64,${data}" alt="" />`;
  if (typeof svg !== "string") return undefined;
  return html`<img src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}" alt="" />`;
}

function textOf(shown: Readonly<Record<string, unknown>>): string {
  const plain = shown["text/plain"];
  return typeof plain === "string" ? plain : `[${Object.keys(shown).join(", ")}]`;
}
