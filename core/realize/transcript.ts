import { isUint8Array } from "node:util/types";
import type { Shown } from "../stage/build.ts";
import { DisplayLog } from "./display-log.ts";
import { BoundedLog } from "./log.ts";

/** Everything that a realizer shows, to be kept with what it makes: what it prints and, in between, what it displays. */
export class Transcript {
  readonly #log = new BoundedLog();
  readonly #displays = new DisplayLog();
  #clearsNext = false;

  /** Takes a text as it was printed. */
  log(text: string): void {
    if (text === "") return;
    this.#clearIfDue();
    this.#log.write(text);
  }

  /** Takes something that was displayed, or a new state of it. */
  display(shown: Shown): void {
    if (shown.isUpdate !== true) this.#clearIfDue();
    this.#displays.show(shown, this.#log.written);
  }

  /** What was shown so far counts as not shown, from now or from the next thing on. It stays in the log. */
  clear(wait: boolean): void {
    this.#clearsNext = true;
    if (!wait) this.#clearIfDue();
  }

  /** The last lines that were printed. */
  lastLines(count: number): string {
    return this.#log.lastLines(count);
  }

  /** Both as they are kept: the log, and the displays unless there were none. */
  kept(): { readonly log: string; readonly displays?: string } {
    const displays = this.#displays.text((written) => this.#log.placeOf(written));
    return { log: this.#log.text(), ...(displays !== undefined && { displays }) };
  }

  #clearIfDue(): void {
    if (!this.#clearsNext) return;
    this.#clearsNext = false;
    this.#displays.clear(this.#log.written);
  }
}

/** A bundle with its bytes as Jupyter has them: as base64. */
export function withBase64(bundle: Shown["bundle"]): Shown["bundle"] {
  if (!Object.values(bundle).some(isUint8Array)) return bundle;
  return Object.fromEntries(
    Object.entries(bundle).map(([type, content]) => [
      type,
      isUint8Array(content) ? Buffer.from(content).toString("base64") : content,
    ]),
  );
}
