import { MessageChannel } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { Cells } from "./cells.ts";
import type { InterruptReason } from "./errors.ts";
import { hidden } from "./hidden.ts";
import type { Repl } from "./repl.ts";
import { currentSites, frames } from "./stack.ts";
import type { Units } from "./units.ts";

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
  /** Closes the port. */
  close(): void;
}

/** What {@link openInterrupts} is made of. */
export interface InterruptParts {
  readonly cells: Cells;
  readonly repl: Repl;
  readonly units: Units;
  /** The address below which the kernel's own scripts lie. */
  readonly ownRoot: string;
  /** Told before the cells are given up. */
  readonly onInterrupt: () => void;
  /** Told when nothing runs and messages are not heard all the same. */
  readonly onDeaf: () => void;
}

const deafLooks = 20;

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
  const clearAsyncIds = findClearAsyncIds();
  let answered = 0;
  let stopped: readonly string[] = [];
  let idleLooks = { turn: 0, count: 0 };
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
  port1.on("message", (message: InterruptMessage) => setImmediate(() => setImmediate(take, message)));
  port1.unref();
  const strike = (turn: number): ReturnType<Interrupts["strike"]> => {
    if (turn <= answered) return "done";
    // The outermost frame of our own is the inspector's evaluation.
    const sites = currentSites(strike).slice(1);
    if (!isTarget(sites, parts)) {
      idleLooks = { turn, count: idleLooks.turn === turn ? idleLooks.count + 1 : 1 };
      // An endless chain of promises has no frame at the moment of looking, but then the event loop would have turned.
      if (idleLooks.count % deafLooks === 0) parts.onDeaf();
      if (idleLooks.count < 3) return "waiting";
    }
    // Frames of Node's own, as between two turns of a chain of promises, tell less than where the cell awaits.
    if (isOfUser(sites, parts)) stopped = frames(sites, parts.units);
    clearAsyncIds();
    // What is below runs on to the next place where V8 looks, and may push an id on the way: so once more afterwards.
    parts.repl.terminate(clearAsyncIds);
    return "struck";
  };
  return { port: port2, strike, close: () => port1.close() };
}

function isTarget(sites: readonly NodeJS.CallSite[], parts: InterruptParts): boolean {
  return parts.cells.isBusy ? sites.length > 0 : isOfUser(sites, parts);
}

function isOfUser(sites: readonly NodeJS.CallSite[], { units, ownRoot }: InterruptParts): boolean {
  return sites.some((site) => {
    const script = site.getScriptNameOrSourceURL() ?? "";
    if (units.get(script) !== undefined) return true;
    return script !== "" && !script.startsWith("node:") && !script.startsWith(ownRoot);
  });
}

// Node keeps a stack of asynchronous operations beside V8's. Termination unwinds V8's only, and Node aborts the process
// when it finds its own one out of step: so it is emptied first. Only an internal binding can do it.
function findClearAsyncIds(): () => void {
  const { noDeprecation } = process;
  try {
    process.noDeprecation = true;
    const binding = (
      process as unknown as { binding(name: string): { clearAsyncIdStack?: () => void } }
    ).binding("async_wrap");
    return () => binding.clearAsyncIdStack?.();
  } catch {
    return () => undefined;
  } finally {
    if (noDeprecation === undefined) Reflect.deleteProperty(process, "noDeprecation");
    else process.noDeprecation = noDeprecation;
  }
}
