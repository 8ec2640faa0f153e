import type { MimeBundle } from "../host.ts";
import { html, visible } from "./html.ts";
import type { Html } from "./html.ts";
import { stylesheet } from "./style.ts";
import { alignedCells } from "./unstyled.ts";

/** Both forms of a view: what it says in HTML and what it says in a terminal. {@link bundle} makes the text safe. */
export interface View {
  readonly html: Html;
  readonly text: string;
}

// What a view shows is no formula, though it may have dollars in it: so MathJax 2 (the classic notebook) and 3 (JupyterLab) are told.
const classes = "lnx tex2jax_ignore mathjax_ignore";

/** The bundle of a view, with the stylesheet that its HTML needs. `id` makes the view the target of links in the page. */
export function bundle(view: View, id?: string): MimeBundle {
  const anchor = id === undefined ? "" : html` id="${id}"`;
  return {
    "text/html": html`${stylesheet}
      <section class="${classes}" ${anchor}>${alignedCells(view.html)}</section>`.markup,
    "text/plain": visible(view.text),
  };
}
