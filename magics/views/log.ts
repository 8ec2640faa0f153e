import type { RRef } from "../../core/ref.ts";
import { parseRRef } from "../../core/ref.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted } from "./format.ts";
import { html } from "./html.ts";
import { boundedLog } from "./log-text.ts";
import { headerHtml, shortHash } from "./realization.ts";

/** What a view of a log is to say of it besides. */
interface LogViewOptions {
  /** How many displays are shown among its parts, which then follow the view. */
  readonly displays?: number;
}

/** The log of a realization; of a long one its beginning and, more of it, its end. */
export function logView(rref: RRef, log: string, { displays = 0 }: LogViewOptions = {}): MimeBundle {
  const { name } = parseRRef(rref);
  const header = headerHtml({ name, kind: "log", address: rref, hash: shortHash(rref) });
  const bounded = boundedLog(log);
  if (displays > 0) {
    const all = `${bounded.about}, ${counted(displays, "display")}`;
    return bundle({
      html: html`${header}
        <p class="l-facts">${all}</p>`,
      text: `${name}  ${shortHash(rref)}  (log, ${all})`,
    });
  }
  const { text, about } = bounded;
  const body =
    text === "" ? html`<p class="l-facts">It printed nothing.</p>` : html`<pre class="l-text">${text}</pre>`;
  return bundle({
    html: html`${header}
      <p class="l-facts">${about}</p>
      ${body}`,
    text: `${name}  ${shortHash(rref)}  (log, ${about})\n${text === "" ? "It printed nothing." : text}`,
  });
}
