import type { MimeBundle } from "../host.ts";
import { html, visible } from "./html.ts";

/** A line that says whose the displays below it are. It has no frame, as it belongs to what comes next. */
export function labelView(label: string): MimeBundle {
  return {
    "text/html": html`<div><em>${label}</em></div>`.markup,
    "text/plain": visible(label),
  };
}
