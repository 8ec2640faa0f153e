import { html } from "./html.ts";
import type { Html } from "./html.ts";

/**
 * A picture in a line of text, and the text that stands in its place where pictures and styles are taken out of a view.
 * Clients do that with outputs that they do not trust, those of notebooks from elsewhere, and would leave a picture's words in a heap.
 */
export function inlinePicture(svg: Html, plain: string): Html {
  return html`<span class="l-picture" hidden="hidden">${svg}</span><span class="l-plain">${plain}</span>`;
}

/** A picture as a block of its own, and the lines that stand in its place where pictures and styles are taken out of a view. */
export function blockPicture(picture: Html, plain: string): Html {
  return html`<div class="l-picture" hidden="hidden">${picture}</div>
    <pre class="l-plain">${plain}</pre>`;
}

/** The same view whose cells stand on the left also where its stylesheet is taken out: JupyterLab puts them on the right. */
export function alignedCells({ markup }: Html): Html {
  return {
    markup: markup.replaceAll(/<t[dh](?=[ >])(?![^>]*(?:l-num|style=))/gu, '$& style="text-align:left"'),
  };
}
