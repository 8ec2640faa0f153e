import type { Debugger } from "node:inspector";
import type { Breakpoints } from "./breakpoints.ts";
import { Catches } from "./catches.ts";
import { DebugError } from "./protocol.ts";
import type { Scripts } from "./scripts.ts";
import type { Sources } from "./sources.ts";
import { framesOf } from "./stack.ts";
import type { Frame } from "./stack.ts";
import type { Target } from "./target.ts";
import { valueText } from "./values.ts";

/** What {@link Pauses} works with. */
export interface PausesParts {
  readonly target: Target;
  readonly scripts: Scripts;
  readonly sources: Sources;
  readonly breakpoints: Breakpoints;
  /** Tells the client. */
  readonly tell: (event: string, body: Readonly<Record<string, unknown>>) => void;
  /** Called when the program goes on: what is known of a pause is over. */
  readonly onGone: () => void;
}

/** The ways to go on to the next place. */
export type Step = "stepOver" | "stepInto" | "stepOut";

/** Which exceptions pause: those that no `try` around catches, or all that the user's own code meets. */
export type ExceptionFilter = "uncaught" | "all";

/** The one thread that clients are told of. */
export const threadId = 1;

interface Stop {
  readonly frames: readonly Frame[];
  readonly exception: Thrown | undefined;
}

type Thrown = NonNullable<Debugger.PausedEventDataType["data"]> & { readonly description?: string };

type Decision =
  | { readonly act: "resume" | Step }
  | { readonly act: "stop"; readonly reason: string; readonly exception?: Thrown };

const maxRepeats = 50;
const pauseAgainMs = 10;

/** When the program pauses, what for, and how it goes on. */
export class Pauses {
  readonly #parts: PausesParts;
  readonly #catches: Catches;
  #filters: readonly ExceptionFilter[] = [];
  #stop: Stop | undefined;
  /** V8 has paused, whether or not anybody is to be told. */
  #isHeld = false;
  #isPauseWanted = false;
  /** The step that is under way. */
  #step: { readonly by: Step; readonly from: string | undefined; repeats: number } | undefined;

  constructor(parts: PausesParts) {
    this.#parts = parts;
    this.#catches = new Catches(parts.target, parts.scripts);
  }

  /** Whether clients have been told that the program has paused. */
  get isStopped(): boolean {
    return this.#stop !== undefined;
  }

  /** The frames of the pause. @throws DebugError `not-paused` */
  get frames(): readonly Frame[] {
    return this.#stopped().frames;
  }

  /** What was thrown, when that is why the program has paused. @throws DebugError `not-paused` */
  get exception(): Thrown {
    const { exception } = this.#stopped();
    if (exception !== undefined) return exception;
    throw new DebugError(
      "not-paused",
      "Cannot tell of an exception: the program has not paused because of one",
    );
  }

  /** Says which exceptions pause. */
  async setFilters(filters: readonly ExceptionFilter[]): Promise<void> {
    this.#filters = filters;
    await this.#parts.target.post("Debugger.setPauseOnExceptions", {
      state: filters.length === 0 ? "none" : "all",
    });
  }

  /** Goes on. @throws DebugError `not-paused` */
  async resume(): Promise<void> {
    this.#stopped();
    await this.#go("resume");
  }

  /** Goes on to the next place. @throws DebugError `not-paused` */
  async step(by: Step): Promise<void> {
    const [top] = this.#stopped().frames;
    this.#step = { by, from: top && keyOf(top), repeats: 0 };
    await this.#go(by);
  }

  /** Pauses as soon as code of the user's runs. */
  async pause(): Promise<void> {
    this.#isPauseWanted = true;
    await this.#parts.target.post("Debugger.pause");
  }

  /** A cell has ended, and with it the steps through it. */
  cellEnded(): void {
    this.#step = undefined;
  }

  /** Goes on at once if V8 has paused: what comes next ends. */
  release(): void {
    this.#isPauseWanted = false;
    if (!this.#isHeld) return;
    this.#step = undefined;
    this.#go("resume").catch(() => undefined);
  }

  /** V8 has paused. */
  paused(event: Debugger.PausedEventDataType): void {
    this.#isHeld = true;
    // A full heap: the one who watches it ends the cell.
    if (String(event.reason) === "OOM") return;
    this.#take(unambiguous(event)).catch((error: unknown) => {
      // It was let go meanwhile, or nobody can be asked any more: nothing may hang because of that.
      if (this.#isHeld) this.#go("resume").catch(() => undefined);
      if (!(error instanceof DebugError)) throw error;
    });
  }

  /** V8 has gone on. */
  resumed(): void {
    this.#isHeld = false;
    if (this.#stop === undefined) return;
    this.#stop = undefined;
    this.#parts.onGone();
    this.#parts.tell("continued", { threadId, allThreadsContinued: true });
  }

  /** Forgets all. */
  clear(): void {
    this.#filters = [];
    this.#step = undefined;
    this.#isPauseWanted = false;
    this.#catches.clear();
  }

  async #take(event: Debugger.PausedEventDataType): Promise<void> {
    const { scripts, breakpoints, tell } = this.#parts;
    if (String(event.reason) === "instrumentation") {
      const { scriptId } = (event.data ?? {}) as { readonly scriptId?: string };
      const script = await scripts.find(scriptId ?? "");
      if (script !== undefined) await breakpoints.arrived(script);
      return await this.#go("resume");
    }
    const frames = await framesOf(event.callFrames, this.#parts);
    const decision = await this.#decide(event, frames);
    if (decision.act !== "stop") return await this.#go(decision.act);
    const { reason, exception } = decision;
    this.#step = undefined;
    this.#isPauseWanted = false;
    this.#stop = { frames, exception };
    const hit = breakpoints.idsOf(event.hitBreakpoints ?? []);
    tell("stopped", {
      reason,
      threadId,
      allThreadsStopped: true,
      ...(hit.length > 0 && { hitBreakpointIds: hit }),
      ...(exception !== undefined && { description: "Paused on exception", text: thrownText(exception) }),
    });
    return undefined;
  }

  async #decide(event: Debugger.PausedEventDataType, frames: readonly Frame[]): Promise<Decision> {
    const [top] = frames;
    if (top === undefined) {
      if (this.#isPauseWanted) setTimeout(() => void this.#pauseAgain(), pauseAgainMs).unref();
      return { act: "resume" };
    }
    const isOnTop = top.call === event.callFrames[0];
    if (event.reason === "exception" || event.reason === "promiseRejection") {
      const isMeant = await this.#isMeant(event, isOnTop, frames);
      const exception = event.data as Thrown;
      return isMeant ? { act: "stop", reason: "exception", exception } : { act: "resume" };
    }
    if ((event.hitBreakpoints ?? []).length > 0) return { act: "stop", reason: "breakpoint" };
    if (this.#isPauseWanted) return isOnTop ? { act: "stop", reason: "pause" } : { act: "stepOut" };
    if (isOnTop && this.#isDebuggerStatement(top)) return { act: "stop", reason: "breakpoint" };
    return this.#decideStep(frames, isOnTop);
  }

  #decideStep(frames: readonly Frame[], isOnTop: boolean): Decision {
    const [top, next] = frames;
    const step = this.#step;
    // V8 goes on stepping where the last step has left the code of the user's.
    if (step === undefined || top === undefined) return { act: "resume" };
    if (!isOnTop) return { act: "stepOut" };
    const isRepeat = keyOf(top) === step.from && step.repeats < maxRepeats;
    if (top.typed !== undefined && !isRepeat) return { act: "stop", reason: "step" };
    step.repeats += 1;
    if (top.typed !== undefined) return { act: step.by };
    if (next !== undefined) return { act: "stepOut" };
    return { act: top.script.isCell ? "resume" : "stepOver" };
  }

  // Packages throw and catch a lot that is nobody's business.
  async #isMeant(
    event: Debugger.PausedEventDataType,
    isOnTop: boolean,
    frames: readonly Frame[],
  ): Promise<boolean> {
    if (this.#filters.includes("all") && isOnTop) return true;
    if (this.#filters.length === 0) return false;
    const last = frames.at(-1)?.call;
    const calls = event.callFrames.slice(0, event.callFrames.findIndex((call) => call === last) + 1);
    return !(await this.#catches.any(calls, event.asyncStackTrace));
  }

  // What it met was the kernel's own code.
  async #pauseAgain(): Promise<void> {
    if (this.#isPauseWanted) await this.#parts.target.post("Debugger.pause").catch(() => undefined);
  }

  #isDebuggerStatement({ script, typed }: Frame): boolean {
    if (typed === undefined) return false;
    const line = this.#parts.sources.find(script.path)?.split(/\r\n|[\n\r\u2028\u2029]/u)[typed.line - 1];
    return line?.startsWith("debugger", typed.column - 1) === true;
  }

  async #go(by: "resume" | Step): Promise<void> {
    await this.#parts.target.post(`Debugger.${by}`);
  }

  #stopped(): Stop {
    if (this.#stop !== undefined) return this.#stop;
    throw new DebugError("not-paused", "Cannot do that while the program runs: it has not paused");
  }
}

// Of several reasons, an exception says most.
function unambiguous(event: Debugger.PausedEventDataType): Debugger.PausedEventDataType {
  if (event.reason !== "ambiguous") return event;
  const { reasons = [] } = (event.data ?? {}) as {
    readonly reasons?: readonly { readonly reason: string; readonly auxData?: object }[];
  };
  const found = reasons.find(({ reason }) => reason === "exception" || reason === "promiseRejection");
  return found === undefined
    ? { ...event, reason: "other" }
    : { ...event, reason: found.reason, data: found.auxData ?? {} };
}

function keyOf({ script, typed, call }: Frame): string {
  return `${script.id} ${call.functionLocation?.lineNumber}:${call.functionLocation?.columnNumber} ${typed?.line}:${typed?.column}`;
}

/** What was thrown, in a line. */
export function thrownText(thrown: object): string {
  return valueText({ type: "object", ...thrown });
}
