import { flagOf, isFlag } from "../argument-specs.ts";
import type { ArgumentSpec } from "../argument-specs.ts";
import type { MimeBundle } from "../host.ts";
import { typedName } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { bundle } from "./bundle.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { headerHtml } from "./realization.ts";
import { indented, textFields, textTable } from "./text-table.ts";

/** The help of a magic, from its declaration. */
export function helpView(magic: Magic): MimeBundle {
  const args = Object.entries(magic.args).map(
    ([name, spec]) => [argumentText(name, spec), spec.summary] as const,
  );
  const rows = args.map(
    ([typed, summary]) =>
      html`<tr>
        <td><code>${typed}</code></td>
        <td>${summary}</td>
      </tr>`,
  );
  const table =
    rows.length === 0
      ? undefined
      : html`<p class="l-h"><b>Arguments</b></p>
          <table class="l-fields">
            <tbody>
              ${rows}
            </tbody>
          </table>`;
  const usage = usageOf(magic);
  return bundle({
    html: html`${headerHtml({ name: typedName(magic), kind: magic.summary })}
      <pre class="l-text">${wholeParts(usage)}</pre>
      ${table}
      <p class="l-h"><b>About</b></p>
      <pre class="l-mono">${magic.help.trim()}</pre>`,
    text: [
      `${usage.join(" ")}\n${magic.summary}`,
      ...(args.length === 0 ? [] : [textFields(args, "  ")]),
      indented(magic.help.trim()),
    ].join("\n\n"),
  });
}

/** The list of magics. */
export function magicsView(magics: readonly Magic[]): MimeBundle {
  const rows = magics.map(
    (magic) =>
      html`<tr>
        <td><code>${wholeParts(usageOf(magic))}</code></td>
        <td>${magic.summary}</td>
      </tr>`,
  );
  return bundle({
    html: html`${headerHtml({ name: "Magics", kind: "%name? shows the help of one" })}
      <table class="l-grid">
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    text: `${textTable(
      [{ title: "magic" }, { title: "what it does" }],
      magics.map((magic) => [typedName(magic), magic.summary]),
    )}\n\n%name? shows the help of one`,
  });
}

/** How a magic is typed, in parts: `%log expression`, `%realize expression [--new N]`. */
function usageOf(magic: Magic): string[] {
  const args = Object.entries(magic.args).map(([name, spec]) => {
    const typed = argumentText(name, spec);
    return isFlag(spec) || ("optional" in spec && spec.optional) ? `[${typed}]` : typed;
  });
  return [typedName(magic), ...args];
}

// A line breaks between arguments, not between the dashes of one.
function wholeParts(parts: readonly string[]): Html {
  return html`${parts.map((part, index) => html`${index === 0 ? "" : " "}<span class="l-point">${part}</span>`)}`;
}

function argumentText(name: string, spec: ArgumentSpec): string {
  switch (spec.type) {
    case "expression":
      return spec.pair === true ? "a b" : name;
    case "line":
    case "code":
      return name;
    case "word":
      return spec.choices === undefined ? name : spec.choices.join("|");
    case "switch":
      return flagOf(name);
    case "number":
    case "text":
    case "words":
      return `${flagOf(name)} ${spec.placeholder}`;
  }
}
