/** HTML that is safe to show: made by {@link html}, which escapes whatever is put into it. */
export interface Html {
  readonly markup: string;
}

/** What may stand in a template: texts and numbers are escaped, HTML is not, nothing is nothing. */
export type Content = Html | string | number | undefined | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Makes HTML from a template; the only way to make any. Values are escaped for text and for quoted attributes, so a
 * template has to quote its attributes. URLs must be checked by who puts them in. Line breaks of the template itself
 * are layout of the source and become blanks; those in values stay.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  const literals = parts.map((part) => part.replace(/\s*\n\s*/gu, " "));
  let markup = literals[0] ?? "";
  for (const [index, value] of values.entries()) markup += render(value) + (literals[index + 1] ?? "");
  return { markup };
}

/** Escapes a text for HTML; control characters, which HTML cannot hold, become visible. */
function escapeText(text: string): string {
  return visible(text).replace(/[&<>"'`]/gu, (character) => entities[character] ?? character);
}

/**
 * The text with terminal sequences taken out and the other control characters, and halves of surrogate pairs, made
 * visible; tabs and line breaks stay. Marks that turn the direction of writing become visible too.
 */
export function visible(text: string): string {
  return text
    .replace(terminalSequence, "")
    .replace(/\r\n?/gu, "\n")
    .replace(invisible, (character) => {
      const code = character.charCodeAt(0);
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\u{fffd}";
    });
}

// ECMA-48: control sequences, operating system commands, and two-character escapes.
// oxlint-disable-next-line no-control-regex
const terminalSequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/gu;
// oxlint-disable-next-line no-control-regex
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

function render(value: Content): string {
  if (value === undefined) return "";
  if (typeof value === "object") return "markup" in value ? value.markup : value.map(render).join("");
  return escapeText(String(value));
}
