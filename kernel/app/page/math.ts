import type { TokenizerAndRendererExtension } from "marked";
import temml from "temml";
import { escapeHtml } from "../../display/escape.ts";

// What Jupyter takes for mathematics: a dollar that is none of money, two of them, an environment.
const inline = /^\$(?![\s$])((?:\\[^]|[^$\\])+?)(?<!\s)\$(?!\d)/u;
const display = /^\$\$((?:\\[^]|[^\\])+?)\$\$/u;
const environment = /^\\begin\{([a-z]+\*?)\}[^]+?\\end\{\1\}/u;

interface Formula {
  readonly raw: string;
  readonly tex: string;
  readonly isDisplay: boolean;
}

/**
 * Formulas in Markdown, for marked: MathML, which browsers draw by themselves. One that has lines of its own is none of the
 * things that Markdown would see in them.
 */
export const mathInMarkdown: readonly TokenizerAndRendererExtension[] = [
  {
    name: "formula-block",
    level: "block",
    start: (text) => /\n(?=\$\$|\\begin\{)/u.exec(text)?.index,
    tokenizer: (text) => {
      const found = formulaAt(text);
      const isAlone = found?.isDisplay === true && /^[ \t]*(?:\n|$)/u.test(text.slice(found.raw.length));
      return isAlone ? { type: "formula-block", ...found } : undefined;
    },
    renderer: (token) => `<p>${mathHtml(token as unknown as Formula)}</p>`,
  },
  {
    name: "formula",
    level: "inline",
    start: (text) => startOf(text),
    tokenizer: (text) => {
      const found = formulaAt(text);
      return found && { type: "formula", ...found };
    },
    renderer: (token) => mathHtml(token as unknown as Formula),
  },
];

/** LaTeX with formulas between dollars as HTML; what is no formula stays text. */
export function latexHtml(text: string): string {
  let html = "";
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const found = formulaAt(rest);
    const length = found?.raw.length ?? startOf(rest.slice(1), rest.length) + 1;
    html += found === undefined ? escapeHtml(rest.slice(0, length)) : mathHtml(found);
    at += length;
  }
  return html;
}

function formulaAt(text: string): Formula | undefined {
  const inDisplay = display.exec(text);
  if (inDisplay !== null) return { raw: inDisplay[0], tex: inDisplay[1] ?? "", isDisplay: true };
  const inEnvironment = environment.exec(text);
  if (inEnvironment !== null) return { raw: inEnvironment[0], tex: inEnvironment[0], isDisplay: true };
  const inLine = inline.exec(text);
  return inLine === null ? undefined : { raw: inLine[0], tex: inLine[1] ?? "", isDisplay: false };
}

function startOf(text: string, otherwise = -1): number {
  const found = text.search(/\$|\\begin\{/u);
  return found < 0 ? otherwise : found;
}

function mathHtml({ tex, isDisplay, raw }: Formula): string {
  try {
    return temml.renderToString(tex, { displayMode: isDisplay, throwOnError: true });
  } catch {
    // What is no formula after all, or one of a kind that is not known.
    return `<code>${escapeHtml(raw)}</code>`;
  }
}
