import { setTimeout as delay } from "node:timers/promises";
import { endChildren } from "../engine/children.ts";
import type { InterruptReason } from "../engine/errors.ts";
import { watchHeap } from "../engine/heap-watch.ts";
import { createInterrupter } from "../engine/interrupter.ts";
import type { Interrupter } from "../engine/interrupter.ts";
import type { Debugging } from "./debugging.ts";
import type { ToWorker } from "./port.ts";

/** What an {@link Interruption} works with. */
export interface InterruptionParts {
  /** The process of the language service, while it runs. */
  readonly serverPid: () => number | undefined;
  readonly debugging: Debugging;
}

// How long an interrupt is waited for in silence.
const waitPatienceMs = 3000;
// Less than the session waits for all of a shutdown.
const endPatienceMs = 1000;

/** Stops what the main thread does, for the user, when memory runs out, and at the end; from when that thread is ready. */
export class Interruption {
  /** Resolves when cells can be handed to the main thread: before that, nobody there would hear of them. */
  readonly ready: Promise<unknown>;
  /** The processes that the kernel's own builds run in. */
  builders: readonly number[] = [];
  readonly #parts: InterruptionParts;
  readonly #interrupter: Promise<Interrupter>;
  #setInterrupter: (interrupter: Interrupter) => void = () => undefined;
  #unwatchHeap = (): void => undefined;

  constructor(parts: InterruptionParts) {
    this.#parts = parts;
    this.#interrupter = new Promise((resolve) => {
      this.#setInterrupter = resolve;
    });
    this.ready = this.#interrupter;
  }

  /** The main thread is ready. */
  begin({ interruptPort, heapLimitBytes }: ToWorker & { type: "ready" }): void {
    const interrupter = createInterrupter({
      port: interruptPort,
      spare: () => this.#ownProcesses(),
      release: () => this.#parts.debugging.release(),
    });
    this.#unwatchHeap = watchHeap({
      limitBytes: heapLimitBytes,
      stop: async (reason) => await interrupter.interrupt(reason),
      isDebugging: () => this.#parts.debugging.isStarted,
    });
    this.#setInterrupter(interrupter);
  }

  /** Interrupts what runs, for the user; resolves when its cells are given up. `tellWait` is called when that takes its time. */
  async interrupt(tellWait: () => void): Promise<void> {
    const interrupted = this.#interrupter.then(async (interrupter) => await interrupter.interrupt());
    const isDone = await Promise.race([
      interrupted.then(() => true),
      delay(waitPatienceMs, false, { ref: false }),
    ]);
    if (!isDone) tellWait();
    await interrupted;
  }

  /** Interrupts what runs for the last time, and ends what it has started. */
  async end(reason: InterruptReason | undefined): Promise<void> {
    this.#unwatchHeap();
    // An endless loop would never hear of it.
    const stopped = this.#interrupter.then(async (interrupter) => await interrupter.interrupt(reason));
    // What is in native code hears of nothing; the process ends all the same.
    await Promise.race([stopped, delay(endPatienceMs, undefined, { ref: false })]);
    endChildren(new Set(this.#ownProcesses()));
    void this.#letGo();
  }

  // A process that ends with an inspector's session open says that it waits for a debugger. A main thread that was not ready when the end
  // began has had its heap watched since.
  async #letGo(): Promise<void> {
    const interrupter = await this.#interrupter;
    interrupter.close();
    this.#unwatchHeap();
  }

  // A main thread that waits for a child process is freed by a signal to that child, and never to one of the kernel's own.
  #ownProcesses(): number[] {
    const serverPid = this.#parts.serverPid();
    return serverPid === undefined ? [...this.builders] : [serverPid, ...this.builders];
  }
}
