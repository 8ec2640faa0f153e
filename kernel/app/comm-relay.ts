import type { MessagePort } from "node:worker_threads";
import type { CommAct } from "../comms/comm.ts";
import { copyBytes } from "../comms/pack.ts";
import { AppError } from "./errors.ts";
import type { CommMessage, CommOpening, Output } from "../session/evaluator.ts";
import type { CellId, ToMain } from "./port.ts";

/** How much may wait for a main thread that computes. */
export interface RelayLimits {
  readonly messages: number;
  readonly bytes: number;
}

const defaultLimits: RelayLimits = { messages: 10_000, bytes: 512_000_000 };

// What callbacks promise is waited for so long: clients hold back further changes of a widget until then, which slows a
// slider down to what the kernel can do, but would have a button that stops what another one started never heard.
const patienceMs = 500;

interface Waiting {
  readonly sizeBytes: number;
  taken(isOpen: boolean): void;
  done(): void;
}

/**
 * Hands what clients say to comms to the main thread, in order. It is taken there at once while a cell awaits; while one
 * computes it waits, within limits.
 */
export class CommRelay {
  readonly #port: Pick<MessagePort, "postMessage">;
  readonly #limits: RelayLimits;
  readonly #waiting = new Map<CellId, Waiting>();
  #messages = 0;
  #bytes = 0;

  constructor(port: Pick<MessagePort, "postMessage">, limits: RelayLimits = defaultLimits) {
    this.#port = port;
    this.#limits = limits;
  }

  /**
   * Hands a message over. `taken` says, when its callbacks have been called, whether the comm is open then; `done` is when
   * what they promised is settled, or takes its time.
   *
   * @throws AppError `too-many-comm-messages`, which is also shown in `output`
   */
  hand(
    id: CellId,
    { kind, message, output }: { kind: CommAct["kind"]; message: CommMessage | CommOpening; output: Output },
  ): { readonly taken: Promise<boolean>; readonly done: Promise<void> } {
    const buffers = (message.buffers ?? []).map(copyBytes);
    const sizeBytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#refuseFlood(sizeBytes, output);
    this.#messages += 1;
    this.#bytes += sizeBytes;
    let settle: Omit<Waiting, "sizeBytes"> | undefined;
    const taken = new Promise<boolean>((resolveTaken) => {
      settle = { taken: resolveTaken, done: () => undefined };
    });
    const done = new Promise<void>((resolveDone) => {
      this.#waiting.set(id, { sizeBytes, taken: (isOpen) => settle?.taken(isOpen), done: resolveDone });
    });
    const target = "target" in message ? message.target : "";
    const { data, metadata = {} } = message;
    const act: CommAct = { kind, id: message.id, target, data, metadata, buffers };
    this.#port.postMessage(
      { type: "comm", id, act } satisfies ToMain,
      buffers.map(({ buffer }) => buffer),
    );
    return { taken, done };
  }

  /** The main thread has called the callbacks. */
  taken(id: CellId, isOpen: boolean): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#messages -= 1;
    this.#bytes -= waiting.sizeBytes;
    waiting.taken(isOpen);
    setTimeout(() => this.done(id), patienceMs).unref();
  }

  /** What they promised is settled. */
  done(id: CellId): void {
    this.#waiting.get(id)?.done();
    this.#waiting.delete(id);
  }

  #refuseFlood(sizeBytes: number, output: Output): void {
    const { messages, bytes } = this.#limits;
    if (this.#messages < messages && (this.#messages === 0 || this.#bytes + sizeBytes <= bytes)) return;
    const text = `Cannot take a comm message: ${this.#messages} of them (${this.#bytes} bytes) wait for the cell that computes`;
    output.stream("stderr", `${text}\n`);
    throw new AppError("too-many-comm-messages", text);
  }
}
