import { Session } from "node:inspector";
import type { MessagePort } from "node:worker_threads";
import { isMainThreadWaiting, signalNewestChild } from "./children.ts";
import { byTheUser } from "./errors.ts";
import type { InterruptReason } from "./errors.ts";
import { strikeExpression } from "./interrupts.ts";
import type { InterruptMessage } from "./interrupts.ts";

/** Interrupts the main thread from another one. */
export interface Interrupter {
  /**
   * Interrupts what runs there, for the user or for another reason. Settles when the main thread's event loop has turned and
   * the cells were given up.
   */
  interrupt(reason?: InterruptReason): Promise<void>;
  /** Closes the inspector session and the port; an interrupt that is under way is given up. */
  close(): void;
}

/** How {@link createInterrupter} behaves. */
export interface InterrupterOptions {
  /** The engine's `interruptPort`, handed over by the main thread. */
  readonly port: MessagePort;
  /** Child processes that the kernel needs: they are never signalled. */
  readonly spare?: () => Iterable<number>;
  /** Called after each strike: whoever holds the main thread, paused, lets it go on, so that it can end. */
  readonly release?: () => void;
}

const patienceMs = 5;
const mostPatienceMs = 500;
// From then on each strike comes later than the one before: on a busy machine it may be the message that is struck each time.
const patientLooks = 25;
// How long the main thread may be out of reach even for the inspector before the child it waits for is signalled.
const blockedMs = 200;

/** Makes the interrupter of this thread. Only for worker threads: it connects to the main thread's inspector. */
export function createInterrupter({
  port,
  spare = () => [],
  release = () => undefined,
}: InterrupterOptions): Interrupter {
  const striker = new Striker(release);
  const waiting = new Map<number, () => void>();
  port.on("message", (turn: number) => waiting.get(turn)?.());
  port.unref();
  let turns = 0;
  let isClosed = false;
  let ongoing: Promise<void> | undefined;
  const interruptOnce = async (turn: number, reason: InterruptReason): Promise<void> => {
    const answer = new Promise<true>((resolve) => {
      waiting.set(turn, () => resolve(true));
    });
    for (let [blocked, looks] = [0, 0]; ; looks++) {
      // Again each time: the one who was about to answer may have been struck.
      port.postMessage({ turn, reason } satisfies InterruptMessage);
      if ((await Promise.race([answer, later(patienceAt(looks))])) || isClosed) break;
      if (await Promise.race([answer, striker.strike(turn)])) continue;
      // What computes in native code is no wait for a child, and ends by itself.
      if (isMainThreadWaiting()) signalNewestChild(new Set(spare()), blocked++);
    }
    waiting.delete(turn);
  };
  return {
    interrupt: async (reason = byTheUser) => {
      ongoing ??= interruptOnce(++turns, reason).finally(() => {
        ongoing = undefined;
      });
      await ongoing;
    },
    close: () => {
      isClosed = true;
      striker.close();
      port.close();
    },
  };
}

/** Strikes at the main thread, through its inspector. */
class Striker {
  readonly #session = new Session();
  readonly #release: () => void;
  // One at a time: of two that a long native call makes wait, the second would be terminated by the first, and nothing else.
  #striking: Promise<true> | undefined;

  constructor(release: () => void) {
    this.#release = release;
    this.#session.connectToMainThread();
  }

  /** Strikes for an interrupt. Gives whether the main thread could be reached. */
  async strike(turn: number): Promise<boolean> {
    this.#striking ??= this.#begin(turn);
    if (await Promise.race([this.#striking, later(blockedMs)])) return true;
    // This thread may have stood still itself: what has arrived meanwhile counts more than the clock. A child that is signalled
    // while no strike is on its way lets its cell go on with an error of its own.
    await turnOfEvents();
    return this.#striking === undefined;
  }

  close(): void {
    this.#session.disconnect();
  }

  #begin(turn: number): Promise<true> {
    const expression = strikeExpression(turn);
    // A debugger's pause in the midst of a message would be for ever: Node hands on no other one meanwhile.
    const given = { expression, silent: true, returnByValue: true, disableBreaks: true };
    return new Promise((resolve) => {
      this.#session.post("Runtime.evaluate", given, () => {
        this.#striking = undefined;
        this.#release();
        resolve(true);
      });
    });
  }
}

function patienceAt(looks: number): number {
  return Math.min(patienceMs * 1.5 ** Math.max(0, looks - patientLooks), mostPatienceMs);
}

async function turnOfEvents(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function later(ms: number): Promise<false> {
  return await new Promise((resolve) => {
    setTimeout(resolve, ms, false as const);
  });
}
