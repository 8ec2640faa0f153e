import type { Language } from "../language/language.ts";
import type { CellView } from "../language/view.ts";

/** What a {@link Lookahead} works with. */
export interface LookaheadParts {
  readonly language: Language;
  /** What is checked of a cell; nothing when cells are not checked. */
  readonly view: (code: string) => CellView | undefined;
}

/**
 * Has the cell that waits checked while the one before it runs: as soon as the language service knows what that one declares. When none
 * waits, the service is given the time to free memory.
 */
export class Lookahead {
  readonly #parts: LookaheadParts;
  #next: string | undefined;
  /** Shows the cells under way that have not been shown yet. */
  readonly #unshown = new Set<() => void>();
  /** How many cells are under way of which it is not known what they declare. */
  #unknown = 0;

  constructor(parts: LookaheadParts) {
    this.#parts = parts;
  }

  /** Takes a cell to where it is known what it declares. */
  async during<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#next = undefined;
    this.#unknown += 1;
    try {
      return await task();
    } finally {
      this.#unknown -= 1;
      this.#look();
    }
  }

  /** A cell waits behind the one that is under way. */
  foresee(code: string): void {
    this.#next = code;
    this.catchUp();
    this.#look();
  }

  /** Has the cells that are under way shown before whatever the language service is asked next. */
  catchUp(): void {
    for (const show of this.#unshown) show();
  }

  /** Has a cell shown when its outcome is there, when one waits behind it, or at the next {@link catchUp}; resolves then. */
  whenWanted(outcome: Promise<unknown>, show: () => void): Promise<void> {
    return new Promise((resolve) => {
      const showOnce = (): void => {
        if (!this.#unshown.delete(showOnce)) return;
        show();
        resolve();
      };
      this.#unshown.add(showOnce);
      if (this.#next === undefined) void outcome.then(showOnce, showOnce);
      else showOnce();
    });
  }

  #look(): void {
    if (this.#unknown > 0) return;
    const { language, view } = this.#parts;
    const next = this.#next === undefined ? undefined : view(this.#next);
    this.#next = undefined;
    void (next === undefined ? language.tidy() : language.foresee(next));
  }
}
