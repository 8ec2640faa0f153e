import type { MimeBundle } from "../host.ts";
import { html, visible } from "./html.ts";
import type { Html } from "./html.ts";
import { stylesheet } from "./style.ts";

/** Both forms of a view: what it says in HTML and what it says in a terminal. {@link bundle} makes the text safe. */
export interface View {
  readonly html: Html;
  readonly text: string;
}

/** The bundle of a view, with the stylesheet that its HTML needs. `id` makes the view the target of links in the page. */
export function bundle(view: View, id?: string): MimeBundle {
  const anchor = id === undefined ? "" : html` id="${id}"`;
  return {
    "text/html": html`${stylesheet}
      <section class="lnx" ${anchor}>${view.html}</section>`.markup,
    "text/plain": visible(view.text),
  };
}
