import { performance } from "node:perf_hooks";
import { isInScript, isLoading, isOfUser } from "./call-sites.ts";
import type { Cells } from "./cells.ts";
import type { Units } from "./units.ts";

/** What {@link Patience} goes by. */
export interface PatienceParts {
  readonly cells: Cells;
  readonly units: Units;
  /** The address below which the kernel's own scripts lie. */
  readonly ownRoot: string;
  /** Told when nothing runs and messages are not heard all the same. */
  readonly onDeaf: () => void;
}

const deafLooks = 20;
// What the kernel itself does with a cell before and after it runs is soon over, and half of it would leave the cell without a reply. So are
// most callbacks of other cells.
const ownMs = 100;
// An endless chain of promises has no frame at the moment of looking, but then the event loop would have turned.
const idleLooks = 3;
// Some seconds: an endless loop at the top level of a package has to end after all.
const loadingMs = 5000;
const sparedMs = 10_000;

/**
 * How long interrupts leave what runs to end by itself: what is the user's is struck at once, but for a module that is being loaded; all
 * else only when it does not end.
 */
export class Patience {
  readonly #parts: PatienceParts;
  readonly #spared = new Set<{ readonly since: number }>();
  #looks = { turn: 0, idle: 0, at: 0 };

  constructor(parts: PatienceParts) {
    this.#parts = parts;
  }

  /** Spares what runs until the answer is called, or some seconds have gone by. */
  spare(): () => void {
    const token = { since: performance.now() };
    this.#spared.add(token);
    return () => void this.#spared.delete(token);
  }

  /** Whether it is too early for interrupt `turn` to strike what runs at these places. */
  isTooEarly(turn: number, sites: readonly NodeJS.CallSite[]): boolean {
    if (this.#looks.turn !== turn) this.#looks = { turn, idle: 0, at: performance.now() };
    const { cells } = this.#parts;
    // The cell that is meant awaits, and is given up as soon as that callback lets the event loop turn.
    if (cells.isLeftBehind && this.#isWithin(ownMs)) return true;
    if (isOfUser(sites, this.#parts) || (isInScript(sites) && !this.#isSparing()))
      return isLoading(sites) && this.#isWithin(loadingMs);
    if (this.#isSparing() && this.#isWithin(loadingMs)) return true;
    // On a busy machine, what the kernel loads for its first cells takes longer.
    if (cells.isBusy && sites.length > 0) return this.#isWithin(isLoading(sites) ? loadingMs : ownMs);
    this.#looks.idle += 1;
    if (this.#looks.idle % deafLooks === 0) this.#parts.onDeaf();
    // What is terminated where nothing runs may be the next to run, the message itself: so ever more of them are let through.
    return !isDoubled(this.#looks.idle, idleLooks);
  }

  /** Begins anew, as something was struck. */
  restart(): void {
    this.#spared.clear();
    this.#looks.at = performance.now();
  }

  // A module may await what never comes.
  #isSparing(): boolean {
    return [...this.#spared].some(({ since }) => performance.now() - since < sparedMs);
  }

  #isWithin(ms: number): boolean {
    return performance.now() - this.#looks.at < ms;
  }
}

// Whether it is 1, 2, 4, 8, ... times as much.
function isDoubled(count: number, least: number): boolean {
  return count >= least && Number.isInteger(Math.log2(count / least));
}
