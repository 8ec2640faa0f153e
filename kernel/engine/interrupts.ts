import { performance } from "node:perf_hooks";
// Those of the global scope may be others by now, as in tests with a clock of their own.
import { setImmediate } from "node:timers";
import { MessageChannel } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { clearAsyncIds } from "./async-ids.ts";
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
  /**
   * Spares what would be no use by half, such as the loading of a module: until the answer is called, or some seconds have gone by,
   * strikes meet only what runs code of the user's.
   */
  readonly spare: () => () => void;
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
// What the kernel itself does with a cell before and after it runs is soon over, and half of it would leave the cell without a reply. So are
// most callbacks of other cells.
const ownMs = 100;
// An endless chain of promises has no frame at the moment of looking, but then the event loop would have turned.
const idleLooks = 3;
// Some seconds: an endless loop at the top level of a package has to end after all.
const loadingMs = 5000;
const sparedMs = 10_000;

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
  let answered = 0;
  let heard = 0;
  const spared = new Set<{ readonly since: number }>();
  let stopped: readonly string[] = [];
  let looks = { turn: 0, idle: 0, at: 0 };
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
  // A module may await what never comes.
  const isSparing = (): boolean => [...spared].some(({ since }) => performance.now() - since < sparedMs);
  // What is the user's is struck at once, but for a module that is being loaded; all else only when it does not end by itself.
  const isTooEarly = (turn: number, sites: readonly NodeJS.CallSite[]): boolean => {
    if (looks.turn !== turn) looks = { turn, idle: 0, at: performance.now() };
    const isWithin = (ms: number): boolean => performance.now() - looks.at < ms;
    // The cell that is meant awaits, and is given up as soon as that callback lets the event loop turn.
    if (parts.cells.isLeftBehind && isWithin(ownMs)) return true;
    if (isOfUser(sites, parts) || (isInScript(sites) && !isSparing()))
      return isLoading(sites) && isWithin(loadingMs);
    if (isSparing() && isWithin(loadingMs)) return true;
    if (parts.cells.isBusy && sites.length > 0) return isWithin(ownMs);
    looks.idle += 1;
    if (looks.idle % deafLooks === 0) parts.onDeaf();
    // What is terminated where nothing runs may be the next to run, the message itself: so ever more of them are let through.
    return !isDoubled(looks.idle, idleLooks);
  };
  const strike = (turn: number): ReturnType<Interrupts["strike"]> => {
    if (turn <= answered) return "done";
    // The outermost frame of our own is the inspector's evaluation.
    const sites = currentSites(strike).slice(1);
    if (isTooEarly(turn, sites)) return "waiting";
    // Frames of Node's own, as between two turns of a chain of promises, tell less than where the cell awaits.
    if (isOfUser(sites, parts)) stopped = frames(sites, parts.units);
    // What was about to answer may be what is struck.
    heard = answered;
    spared.clear();
    looks.at = performance.now();
    clearAsyncIds();
    // What is below runs on to the next place where V8 looks, and may push an id on the way: so once more afterwards.
    parts.repl.terminate(clearAsyncIds);
    return "struck";
  };
  const spare = (): (() => void) => {
    const token = { since: performance.now() };
    spared.add(token);
    return () => void spared.delete(token);
  };
  return { port: port2, strike, spare, close: () => port1.close() };
}

// Whether it is 1, 2, 4, 8, ... times as much.
function isDoubled(count: number, least: number): boolean {
  return count >= least && Number.isInteger(Math.log2(count / least));
}

// Node has each module once. One whose evaluation is terminated is never evaluated again: whoever imports it later waits for ever, or has
// half of it.
function isLoading(sites: readonly NodeJS.CallSite[]): boolean {
  return sites.some((site) => site.getScriptNameOrSourceURL()?.startsWith("node:internal/modules/") === true);
}

// Also at the very end of a script's synchronous part, where no frame of its own is left.
function isInScript(sites: readonly NodeJS.CallSite[]): boolean {
  return sites.some((site) => site.getScriptNameOrSourceURL() === "node:inspector");
}

function isOfUser(sites: readonly NodeJS.CallSite[], { units, ownRoot }: InterruptParts): boolean {
  return sites.some((site) => {
    const script = site.getScriptNameOrSourceURL() ?? "";
    if (units.get(script) !== undefined) return true;
    return script !== "" && !script.startsWith("node:") && !script.startsWith(ownRoot);
  });
}
