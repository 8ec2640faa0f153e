import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted } from "./format.ts";
import { html } from "./html.ts";
import { boundedLog } from "./log-text.ts";
import { headerHtml } from "./realization.ts";
import type { Badge } from "./realization.ts";

/** Whose log it is. */
export interface LogOwner {
  readonly name: string;
  readonly address: string;
  readonly hash: string;
  /** What became of the run, where it is not a realization. */
  readonly badge?: Badge;
}

/** What a view of a log is to say of it besides. */
interface LogViewOptions {
  /** How many displays are shown among its parts, which then follow the view. */
  readonly displays?: number;
  /** What its run failed of. */
  readonly reason?: string | undefined;
}

/** What a realizer printed; of a long log its beginning and, more of it, its end. */
export function logView(
  owner: LogOwner,
  log: string,
  { displays = 0, reason }: LogViewOptions = {},
): MimeBundle {
  const { name, hash, badge } = owner;
  const header = headerHtml({ ...owner, kind: "log" });
  const bounded = boundedLog(log);
  const about = displays > 0 ? `${bounded.about}, ${counted(displays, "display")}` : bounded.about;
  const title = `${name}  ${hash}  (log, ${about})${badge === undefined ? "" : `  ${badge.text}`}`;
  const error = reason && html`<div class="l-error">${reason}</div>`;
  const aboutHtml = html`<p class="l-facts">${about}</p>
    ${error}`;
  const heading = reason === undefined ? title : `${title}\n${reason}`;
  if (displays > 0) return bundle({ html: html`${header}${aboutHtml}`, text: heading });
  const { text } = bounded;
  const body =
    text === "" ? html`<p class="l-facts">It printed nothing.</p>` : html`<pre class="l-text">${text}</pre>`;
  return bundle({
    html: html`${header}${aboutHtml}${body}`,
    text: `${heading}\n${text === "" ? "It printed nothing." : text}`,
  });
}
