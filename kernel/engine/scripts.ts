import type { DebugView } from "./debug-view.ts";
import { hidden } from "./hidden.ts";
import type { Repl } from "./repl.ts";
import type { SessionNames } from "./session-names.ts";

/** What {@link Scripts} is made of. */
export interface ScriptsParts {
  readonly repl: Repl;
  readonly names: SessionNames;
  readonly strike: (turn: number) => string;
  readonly spare: () => () => void;
  /** What a debugger asks. */
  readonly debug: DebugView;
}

/** What rewritten code calls. */
export interface HiddenGlobals {
  readonly check: <Value>(value: Value) => Value;
  readonly import: (specifier: string) => Promise<unknown>;
  readonly meta: object;
}

interface Slot {
  value: unknown;
  at: number | undefined;
}

/** What the scripts of cells and the engine hand each other: values of cells, values for bindings. */
export class Scripts {
  readonly #parts: ScriptsParts;
  readonly #exchange: Record<string | number, unknown>;
  #slots = 0;
  #globals: Readonly<Record<string, unknown>> = {};

  constructor(parts: ScriptsParts) {
    this.#parts = parts;
    this.#exchange = Object.assign(Object.create(null) as Record<string, unknown>, {
      strike: parts.strike,
      debug: parts.debug,
      bound: {},
      // What is left of a cell that was interrupted may still come by.
      wait: (slot: number, at: number) => {
        const open = this.#exchange[slot] as Slot | undefined;
        if (open !== undefined) open.at = at;
      },
    });
  }

  /** Makes the hidden names known to cells. Gives the way back. */
  install({ check, import: load, meta }: HiddenGlobals): () => void {
    const globals = {
      [hidden.cell]: this.#exchange,
      [hidden.check]: check,
      [hidden.import]: load,
      [hidden.meta]: meta,
    };
    this.#globals = globals;
    this.keep();
    return () => {
      for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
    };
  }

  /** Makes the hidden names known again where somebody has taken them away. */
  keep(): void {
    for (const [name, value] of Object.entries(this.#globals)) {
      if ((globalThis as Readonly<Record<string, unknown>>)[name] === value) continue;
      Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: false });
    }
  }

  /** Opens a slot for the value of a cell. */
  openSlot(): number {
    const slot = ++this.#slots;
    this.#exchange[slot] = { value: undefined, at: undefined } satisfies Slot;
    return slot;
  }

  /** The index of the await that a cell has come to last. */
  waitOf(slot: number): number | undefined {
    return (this.#exchange[slot] as Slot | undefined)?.at;
  }

  /** Takes the value out of a slot and closes it. */
  closeSlot(slot: number): unknown {
    const taken = this.#exchange[slot] as Slot | undefined;
    delete this.#exchange[slot];
    return taken?.value;
  }

  /** Binds names of the session. */
  bind(values: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(values);
    if (names.length === 0) return;
    const declarations = names.map(
      (name) => `${this.#parts.names.bindingOf(name)}=${hidden.cell}.bound[${JSON.stringify(name)}]`,
    );
    const { repl, spare } = this.#parts;
    const over = spare();
    this.#exchange["bound"] = values;
    try {
      repl.evaluateNow(`"use strict";let ${declarations.join(",")};`);
    } finally {
      over();
      this.#exchange["bound"] = {};
    }
  }
}
