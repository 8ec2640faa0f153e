import type { ClearEvent, DisplayEvent, DRef, Shown } from "../core/index.ts";
import type { CellHost, DisplayHandle } from "./host.ts";
import { labelView } from "./views/label.ts";

/** Whose display it is: runs that go on at once may call theirs the same. */
type Shower = Partial<Pick<DisplayEvent, "dref" | "run">>;

interface OnShow {
  /** Whose it is and what it is called, if it may be updated. */
  readonly key: string | undefined;
  /** What was displayed, in its last state. */
  shown: Shown & Shower;
  handle: DisplayHandle;
}

// So much of one run is shown anew when another one clears.
const keptOfEach = 4;

/** Shows in the running cell what realizers display, their updates in place. */
export class ShownDisplays {
  readonly #host: CellHost;
  /** Those that may be updated, by whose they are and what they are called. */
  readonly #byKey = new Map<string, OnShow>();
  /** What each has displayed last. */
  readonly #recent = new Map<string, OnShow[]>();
  readonly #labelOf: ((dref: DRef) => string) | undefined;
  /** What the last label said that was shown. */
  #label: string | undefined;

  /** With `labelOf`, a line above says whose display it is: several points of a sweep show theirs in one cell. */
  constructor(host: CellHost, labelOf?: (dref: DRef) => string) {
    this.#host = host;
    this.#labelOf = labelOf;
  }

  /** Shows something that was displayed, or a new state of it. */
  show(shown: Shown & Shower): void {
    const by = nameOf(shown);
    const key = shown.id === undefined ? undefined : `${by} ${shown.id}`;
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (known !== undefined) {
      known.shown = shown;
      return known.handle.update({ ...shown.bundle }, shown.metadata);
    }
    if (shown.isUpdate === true) return undefined;
    const one: OnShow = { key, shown, handle: this.#display(shown) };
    if (key !== undefined) this.#byKey.set(key, one);
    this.#recent.set(by, [...(this.#recent.get(by) ?? []), one].slice(-keptOfEach));
    return undefined;
  }

  /**
   * Takes back what one of them showed. Jupyter clears whole cells, so what stands there besides is shown anew: first what `besides`
   * shows, then what others have displayed last.
   */
  clear(event: Pick<ClearEvent, "wait"> & Shower, besides: () => void): void {
    this.#host.clear(event.wait);
    this.#recent.delete(nameOf(event));
    this.#byKey.clear();
    this.#label = undefined;
    besides();
    for (const one of [...this.#recent.values()].flat()) {
      one.handle = this.#display(one.shown);
      if (one.key !== undefined) this.#byKey.set(one.key, one);
    }
  }

  #display({ bundle, metadata, dref }: Shown & Shower): DisplayHandle {
    const label = dref && this.#labelOf?.(dref);
    if (label !== undefined && label !== this.#label) this.#host.display(labelView(label));
    this.#label = label;
    return this.#host.display({ ...bundle }, metadata);
  }
}

function nameOf({ dref, run }: Shower): string {
  return `${dref ?? ""} ${run ?? ""}`;
}
