// Those of the global scope may be others by now, as in tests with a clock of their own.
import { setImmediate } from "node:timers";
import { MessageChannel } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { clearAsyncIds } from "./async-ids.ts";
import { isOfUser } from "./call-sites.ts";
import type { InterruptReason } from "./errors.ts";
import { hidden } from "./hidden.ts";
import { Patience } from "./patience.ts";
import type { PatienceParts } from "./patience.ts";
import type { Repl } from "./repl.ts";
import { currentSites, frames } from "./stack.ts";

/** What the other thread sends to have what runs interrupted: the same number again means the same interrupt. */
export interface InterruptMessage {
  readonly turn: number;
  readonly reason: InterruptReason;
}

/** The main thread's end of interrupts. */
export interface Interrupts {
  /** The other end, for the thread that interrupts: give it to `createInterrupter` there. */
  readonly port: MessagePort;
  /**
   * Called by the other thread through the inspector, inside of whatever JavaScript is running: terminates it, if it is
   * what interrupt `turn` is after. Says what it did.
   */
  readonly strike: (turn: number) => "done" | "waiting" | "struck";
  /**
   * Spares what would be no use by half, such as the loading of a module: until the answer is called, or some seconds have gone by,
   * strikes meet only what runs code of the user's.
   */
  readonly spare: () => () => void;
  /** Closes the port. */
  close(): void;
}

/** What {@link openInterrupts} is made of. */
export interface InterruptParts extends PatienceParts {
  readonly repl: Repl;
  /** Told before the cells are given up. */
  readonly onInterrupt: () => void;
}

/** The expression by which the other thread strikes. */
export function strikeExpression(turn: number): string {
  return `globalThis[${JSON.stringify(hidden.cell)}]?.strike(${turn})`;
}

/**
 * Opens the main thread's end of interrupts.
 *
 * An interrupt is a message with a number. When the event loop turns, it is answered and the running cells are given
 * up. When it does not turn, the other thread strikes: to look and to terminate is one act, so that what is terminated
 * is never the next, innocent piece of JavaScript.
 */
export function openInterrupts(parts: InterruptParts): Interrupts {
  const { port1, port2 } = new MessageChannel();
  const patience = new Patience(parts);
  let answered = 0;
  let heard = 0;
  let stopped: readonly string[] = [];
  const take = ({ turn, reason }: InterruptMessage): void => {
    if (turn <= answered) return;
    answered = turn;
    const where = stopped;
    stopped = [];
    port1.postMessage(turn);
    parts.onInterrupt();
    parts.cells.interruptAll(where, reason);
  };
  // A cell that the other thread handed over before it interrupts comes by another port, and may be heard of later than the
  // interrupt, which would then miss it. After two turns of the event loop it has begun, and is what is interrupted.
  port1.on("message", (message: InterruptMessage) => {
    if (message.turn <= heard) return;
    heard = message.turn;
    setImmediate(() => setImmediate(take, message));
  });
  port1.unref();
  const strike = (turn: number): ReturnType<Interrupts["strike"]> => {
    if (turn <= answered) return "done";
    // The outermost frame of our own is the inspector's evaluation.
    const sites = currentSites(strike).slice(1);
    if (patience.isTooEarly(turn, sites)) return "waiting";
    // Frames of Node's own, as between two turns of a chain of promises, tell less than where the cell awaits.
    if (isOfUser(sites, parts)) stopped = frames(sites, parts.units);
    // What was about to answer may be what is struck.
    heard = answered;
    patience.restart();
    clearAsyncIds();
    // What is below runs on to the next place where V8 looks, and may push an id on the way: so once more afterwards.
    parts.repl.terminate(clearAsyncIds);
    return "struck";
  };
  return { port: port2, strike, spare: () => patience.spare(), close: () => port1.close() };
}
