import type { CellHost, MagicRegistry, MagicRunner } from "../../magics/index.ts";
import type { Engine } from "../engine/engine.ts";
import type { ToWorker } from "./port.ts";
import type { openStages, Stages } from "./stages.ts";

/** What {@link StagesOnDemand} works with. */
export interface OnDemandParts {
  readonly engine: Engine;
  readonly host: CellHost;
  readonly registry: MagicRegistry;
  /** Leads to the worker thread. */
  readonly port: { postMessage(message: ToWorker): void };
}

/** Loads what cells do with stages when the first of them needs it: most do well without core, which takes 20 ms and 10 MB. */
export class StagesOnDemand {
  readonly #parts: OnDemandParts;
  #opened: Stages | undefined;
  #opening: Promise<Stages> | undefined;

  constructor(parts: OnDemandParts) {
    this.#parts = parts;
  }

  /** What is there; nothing when no cell has needed it yet. */
  get opened(): Stages | undefined {
    return this.#opened;
  }

  /** Gives it, and the names of core to cells. */
  async open(): Promise<Stages> {
    this.#opening ??= this.#load();
    try {
      return await this.#opening;
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Runs magics, with all that they do. */
  async magics(): Promise<MagicRunner> {
    const { magics } = await this.open();
    await this.#spared(() => import("../../magics/effects/index.ts"));
    return magics;
  }

  /** Begins anew with the next cell, unless all is there: an interrupt ends what it meets, and what that promised never comes. */
  abandon(): void {
    if (this.#opened === undefined) this.#opening = undefined;
  }

  async #load(): Promise<Stages> {
    return await this.#spared(async () => {
      const { openStages } = await import("./stages.ts");
      return this.#opened ?? this.#give(openStages);
    });
  }

  #give(make: typeof openStages): Stages {
    const { engine, host, registry, port } = this.#parts;
    const stages = make({
      host,
      registry,
      onProcesses: (pids) => port.postMessage({ type: "processes", pids }),
    });
    for (const [name, value] of Object.entries(stages.scope)) engine.provide(name, value);
    this.#opened = stages;
    return stages;
  }

  // Node evaluates a module once: one that was broken off would be gone for good.
  async #spared<T>(load: () => Promise<T>): Promise<T> {
    const over = this.#parts.engine.spare();
    try {
      return await load();
    } finally {
      over();
    }
  }
}
