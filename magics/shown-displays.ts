import type { Shown } from "../core/index.ts";
import type { CellHost, DisplayHandle } from "./host.ts";

/** Shows in the running cell what realizers display, their updates in place. */
export class ShownDisplays {
  readonly #host: CellHost;
  readonly #handles = new Map<string, DisplayHandle>();

  constructor(host: CellHost) {
    this.#host = host;
  }

  /** Shows something that was displayed, or a new state of it. */
  show({ bundle, metadata, id, isUpdate }: Shown): void {
    const known = id === undefined ? undefined : this.#handles.get(id);
    if (known !== undefined) return known.update({ ...bundle }, metadata);
    if (isUpdate === true) return undefined;
    const handle = this.#host.display({ ...bundle }, metadata);
    if (id !== undefined) this.#handles.set(id, handle);
    return undefined;
  }

  /** Forgets what was shown, as it stands there no more. */
  forget(): void {
    this.#handles.clear();
  }
}
