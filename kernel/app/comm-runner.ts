import { createComms } from "../comms/create-comms.ts";
import type { KernelComms } from "../comms/create-comms.ts";
import type { CommAct } from "../comms/comm.ts";
import { createWidgets } from "../comms/widgets/create-widgets.ts";
import type { Engine } from "../engine/engine.ts";
import { Interrupted } from "../engine/errors.ts";
import type { CellId, OutputCall, ToWorker } from "./port.ts";

/** What a {@link CommRunner} works with. */
export interface CommParts {
  readonly engine: Engine;
  /** Leads to the worker thread. */
  readonly post: (message: ToWorker, transfer?: readonly ArrayBuffer[]) => void;
  /** What the running code belongs to. */
  readonly owner: () => CellId;
  /** Runs what belongs to the message of a comm. */
  readonly during: <T>(id: CellId, run: () => T) => T;
}

/** Comms on the main thread: what cells see of them, and the callbacks for what clients send. */
export class CommRunner {
  readonly #parts: CommParts;
  readonly #kernel: KernelComms;
  #widgets: object | undefined;

  constructor(parts: CommParts) {
    this.#parts = parts;
    this.#kernel = createComms({
      send: (act) => this.#call(parts.owner(), { kind: "comm", act }, act.buffers),
      fail: (error) => this.#show(parts.owner(), error),
    });
  }

  /** The module "lightnix/comms". */
  get comms(): object {
    return { comms: this.#kernel.comms };
  }

  /** The module "lightnix/widgets". */
  get widgets(): object {
    return (this.#widgets ??= createWidgets({ kernel: this.#kernel, folder: this.#parts.engine.folder }));
  }

  /** Takes what a client sent. Callbacks can be interrupted as cells can, and what they throw is shown. */
  async receive(id: CellId, act: CommAct): Promise<void> {
    const { engine, post, during } = this.#parts;
    const taken = (): void => post({ type: "comm-taken", id, isOpen: this.#kernel.isOpen(act.id) });
    let isTaken = false;
    try {
      await during(id, () =>
        engine.cell({ name: `[comm ${act.id}]` }, async () => {
          // An endless loop is ended where the engine expects it, behind an await.
          await Promise.resolve();
          const done = this.#kernel.receive(act);
          isTaken = true;
          taken();
          await done;
        }),
      );
    } catch (thrown) {
      this.#call(id, { kind: "error", error: engine.traceback(thrown) });
    }
    if (!isTaken) taken();
    post({ type: "comm-done", id });
  }

  // What goes on behind the awaits of an interrupted callback is stopped by this error, which has been shown.
  #show(id: CellId, error: unknown): void {
    if (error instanceof Interrupted) return;
    this.#call(id, { kind: "error", error: this.#parts.engine.traceback(error) });
  }

  #call(id: CellId, call: OutputCall, buffers: readonly Uint8Array[] = []): void {
    this.#parts.post(
      { type: "output", id, call },
      buffers.map(({ buffer }) => buffer as ArrayBuffer),
    );
  }
}
