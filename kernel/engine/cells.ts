import { AsyncLocalStorage } from "node:async_hooks";
import { Interrupted } from "./errors.ts";
import type { InterruptReason } from "./errors.ts";

/** One run of a cell, from its first effect until it is settled or given up. */
export interface Cell {
  /** What traces call it: `[3]`. */
  readonly name: string;
  /** The whole text as typed, for code frames. */
  readonly source: string | undefined;
  /** Fires when the cell is interrupted. */
  readonly signal: AbortSignal;
}

interface RunningCell extends Cell {
  readonly controller: AbortController;
  interrupted: Interrupted | undefined;
  /** Tell where the cell, and what is evaluated in it, awaits; the latest one comes last. */
  readonly places: (() => string | undefined)[];
  giveUp(error: Interrupted): void;
}

/** What a cell is called, and how it was typed. */
export interface CellOptions {
  readonly name: string;
  /** The whole text as typed, for code frames. Without it, what is evaluated stands for it. */
  readonly source?: string;
}

// What is older than so many cells is no longer stopped.
const maxEnded = 100;

/** The cells that are running, and which of them a piece of code belongs to. */
export class Cells {
  readonly #context = new AsyncLocalStorage<RunningCell>();
  readonly #running = new Set<RunningCell>();
  /** Of cells that have ended, the latest last: what they left running may still listen to them. */
  readonly #ended: AbortController[] = [];
  #anyInterrupted = false;

  /** The cell that the calling code belongs to, also after the cell has ended. */
  get current(): Cell | undefined {
    return this.#context.getStore();
  }

  /** That cell, as long as it is neither settled nor given up. */
  get running(): Cell | undefined {
    const cell = this.#context.getStore();
    return cell !== undefined && this.#running.has(cell) && cell.interrupted === undefined ? cell : undefined;
  }

  /** Whether a cell is running. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Whether the calling code is what a cell has left behind that has ended, a timer for one, while another cell is running. */
  get isLeftBehind(): boolean {
    const cell = this.#context.getStore();
    return this.isBusy && cell !== undefined && !this.#running.has(cell);
  }

  /**
   * Runs a cell. When it is interrupted, the promise is rejected at once, whether or not what it awaits ever comes.
   *
   * @throws Interrupted `interrupted`
   */
  async run<T>({ name, source }: CellOptions, run: (cell: Cell) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const { promise: givenUp, reject } = withoutWarning<never>();
    const cell: RunningCell = {
      name,
      source,
      controller,
      // Most cells never ask for it, and it is made when it is asked for.
      get signal() {
        return controller.signal;
      },
      interrupted: undefined,
      places: [],
      giveUp: reject,
    };
    this.#running.add(cell);
    try {
      const work = this.#context.run(cell, async () => await run(cell));
      // What is given up may still fail later: nobody is left to be told.
      work.catch(() => undefined);
      return await Promise.race([work, givenUp]);
    } finally {
      this.#running.delete(cell);
      this.#ended.push(controller);
      if (this.#ended.length > maxEnded) this.#ended.shift();
    }
  }

  /** Has an interrupt of the cell that the calling code belongs to ask where it awaits. Gives the way back. */
  place(tell: () => string | undefined): () => void {
    const places = this.#context.getStore()?.places ?? [];
    places.push(tell);
    return () => void places.splice(places.indexOf(tell), 1);
  }

  /**
   * Interrupts every running cell; when there is none, what earlier ones left behind and listens to their signals, realizations
   * for one. `where` is the trace of what was stopped, if anything had to be.
   */
  interruptAll(where: readonly string[], reason: InterruptReason): void {
    if (!this.isBusy) for (const left of this.#ended.splice(0)) left.abort(new Interrupted(reason));
    for (const cell of this.#running) {
      const error = new Interrupted(reason);
      const awaited = cell.places.map((tell) => tell()).findLast((place) => place !== undefined);
      const trace = where.length > 0 || awaited === undefined ? where : [`    at ${awaited}`];
      error.stack = [`${error.name}: ${error.message}`, ...trace].join("\n");
      cell.interrupted = error;
      this.#anyInterrupted = true;
      cell.giveUp(error);
      cell.controller.abort(error);
    }
  }

  /**
   * Throws when the cell that the calling code belongs to has been interrupted: so what goes on behind its awaits ends. Else gives
   * back what it is given.
   *
   * @throws Interrupted `interrupted`
   */
  check<Value>(value: Value): Value {
    if (!this.#anyInterrupted) return value;
    const error = this.#context.getStore()?.interrupted;
    if (error !== undefined) throw error;
    return value;
  }
}

function withoutWarning<T>(): { readonly promise: Promise<T>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((_, fail) => {
    reject = fail;
  });
  promise.catch(() => undefined);
  return { promise, reject };
}
