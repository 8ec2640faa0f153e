import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

interface Shown {
  readonly name: string;
  readonly type: string;
  readonly what: string;
  readonly example: string;
}

function shownMagic({ name, type, what, example }: Shown): Magic {
  return defineMagic({
    name,
    kind: "cell",
    summary: `shows the cell as ${what}`,
    help: `
%%${name}
${example}

The text is shown as it stands: nothing is put into it. display.${name}(text) shows what a cell makes.`,
    args: {},
    run: ({ body, host }) => {
      const text = body.trim();
      if (text !== "") host.display({ [type]: text, "text/plain": text });
    },
  });
}

/** `%%html`: shows HTML. */
export const htmlMagic: Magic = shownMagic({
  name: "html",
  type: "text/html",
  what: "HTML",
  example: "<b>done</b>",
});

/** `%%markdown`: shows Markdown. */
export const markdownMagic: Magic = shownMagic({
  name: "markdown",
  type: "text/markdown",
  what: "Markdown",
  example: "**done**, in $x^2$ steps",
});

/** `%%svg`: shows a picture. */
export const svgMagic: Magic = shownMagic({
  name: "svg",
  type: "image/svg+xml",
  what: "an SVG picture",
  example:
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><circle cx="10" cy="10" r="9"/></svg>',
});

/** `%%latex`: shows formulas. */
export const latexMagic: Magic = shownMagic({
  name: "latex",
  type: "text/latex",
  what: "LaTeX",
  example: "$$x^2$$",
});

/** `%%javascript`: runs a script in the page. */
export const javascriptMagic: Magic = shownMagic({
  name: "javascript",
  type: "application/javascript",
  what: "a script that runs in the page, where the client allows it",
  example: 'element.append("from the page")',
});
