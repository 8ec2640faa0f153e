import { createComms } from "../comms/create-comms.ts";
import type { KernelComms } from "../comms/create-comms.ts";
import type { CommAct } from "../comms/comm.ts";
import { createWidgets } from "../comms/widgets/create-widgets.ts";
import type { Widgets } from "../comms/widgets/create-widgets.ts";
import type { Engine } from "../engine/engine.ts";
import { Interrupted } from "../engine/errors.ts";
import type { CellId, OutputCall, ToWorker } from "./port.ts";

/** What a {@link CommRunner} works with. */
export interface CommParts {
  readonly engine: Engine;
  /** Leads to the worker thread. */
  readonly post: (message: ToWorker, transfer?: readonly ArrayBuffer[]) => void;
  /** Where the running code shows things. */
  readonly owner: () => CellId;
  /** What the running code was started by: a cell, or a message of a comm. */
  readonly request: () => CellId;
  /** Remembers where the calling code shows things; what runs in what it gives shows them there, too. */
  readonly keepPlace: () => <T>(run: () => T) => T;
  /** Runs what belongs to the message of a comm. */
  readonly during: <T>(id: CellId, run: () => T) => T;
}

/** Comms on the main thread: what cells see of them, and the callbacks for what clients send. */
export class CommRunner {
  readonly #parts: CommParts;
  readonly #kernel: KernelComms;
  /** Where the callbacks that a message has begun, and that are not settled, show things. */
  readonly #underWay = new Map<CellId, Set<CellId>>();
  #widgets: Widgets | undefined;

  constructor(parts: CommParts) {
    this.#parts = parts;
    this.#kernel = createComms({
      send: (act) => this.#call(parts.request(), { kind: "comm", act }, act.buffers),
      fail: (error) => this.#show(parts.owner(), error),
      keepPlace: () => this.#keepPlace(),
    });
  }

  /** The module "lightnix/comms". */
  get comms(): object {
    return { comms: this.#kernel.comms };
  }

  /** The module "lightnix/widgets". */
  get widgets(): object {
    this.#widgets ??= createWidgets({ kernel: this.#kernel, folder: this.#parts.engine.folder });
    return this.#widgets.module;
  }

  /** Sends what widgets have not sent yet: what ran is over. */
  flush(): void {
    this.#widgets?.flush((error) => this.#show(this.#parts.owner(), error));
  }

  /**
   * Takes what a client sent. Callbacks can be interrupted as cells can. What they print, display and throw is shown in the
   * cell that registered them: no client shows what belongs to the message of a comm.
   */
  async receive(id: CellId, act: CommAct): Promise<void> {
    const { engine, post, during } = this.#parts;
    const taken = (): void => post({ type: "comm-taken", id, isOpen: this.#kernel.isOpen(act.id) });
    let isTaken = false;
    const underWay = new Set<CellId>();
    this.#underWay.set(id, underWay);
    try {
      await during(id, () =>
        engine.cell({ name: `[comm ${act.id}]` }, async () => {
          // An endless loop is ended where the engine expects it, behind an await.
          await Promise.resolve();
          const done = this.#kernel.receive(act);
          isTaken = true;
          taken();
          await done;
          this.flush();
        }),
      );
    } catch (thrown) {
      for (const place of underWay.size === 0 ? [id] : underWay)
        this.#call(place, { kind: "error", error: engine.traceback(thrown) });
    }
    this.#underWay.delete(id);
    if (!isTaken) taken();
    post({ type: "comm-done", id });
  }

  #keepPlace(): <T>(run: () => T) => T {
    const { keepPlace, owner, request } = this.#parts;
    const inPlace = keepPlace();
    return (run) => {
      const underWay = this.#underWay.get(request());
      // What calls another callback waits for that one.
      underWay?.delete(owner());
      return inPlace(() => {
        const place = owner();
        underWay?.add(place);
        const result = run();
        void Promise.resolve(result).finally(() => underWay?.delete(place));
        return result;
      });
    };
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
