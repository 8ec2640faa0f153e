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
  /** Who is to be told when a cell waits. */
  readonly #watchers = new Set<() => void>();
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
    for (const tell of this.#watchers) tell();
    this.#look();
  }

  /** Resolves when the outcome of the cell is there, or one waits behind it. */
  async untilWanted(outcome: Promise<unknown>): Promise<void> {
    if (this.#next !== undefined) return;
    let tell = (): void => undefined;
    const wanted = new Promise<void>((resolve) => {
      tell = resolve;
    });
    this.#watchers.add(tell);
    await Promise.race([outcome, wanted]);
    this.#watchers.delete(tell);
  }

  #look(): void {
    if (this.#unknown > 0) return;
    const { language, view } = this.#parts;
    const next = this.#next === undefined ? undefined : view(this.#next);
    this.#next = undefined;
    void (next === undefined ? language.tidy() : language.foresee(next));
  }
}
