import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { html } from "./html.ts";

/** A line that says whose the displays below it are. */
export function labelView(label: string): MimeBundle {
  return bundle({ html: html`<p class="l-facts">${label}:</p>`, text: `${label}:` });
}
