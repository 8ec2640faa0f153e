import type { Debugger } from "node:inspector";
import { conditionOf, readHitCondition, splitLogMessage } from "./condition.ts";
import { choosePlace, findPlaces } from "./places.ts";
import type { Place } from "./places.ts";
import { DebugError } from "./protocol.ts";
import type { Breakpoint, SourceBreakpoint } from "./protocol.ts";
import type { Script, Scripts } from "./scripts.ts";
import type { Sources } from "./sources.ts";
import { statementLines } from "./statement-lines.ts";
import type { Target } from "./target.ts";

/** What {@link Breakpoints} works with. */
export interface BreakpointsParts {
  readonly target: Target;
  readonly scripts: Scripts;
  readonly sources: Sources;
  /** Told when a breakpoint has come to lie elsewhere than was said of it. */
  readonly onChanged: (breakpoint: Breakpoint) => void;
}

interface Wanted {
  readonly id: number;
  readonly path: string;
  readonly asked: SourceBreakpoint;
  /** What is wrong with it. */
  readonly problem: string | undefined;
  readonly condition: string | undefined;
  /** V8's names of it, by script. */
  readonly bound: Map<string, string>;
  line: number;
  isVerified: boolean;
}

/** The breakpoints that clients have set, and the scripts that they are bound in, as soon as there are such. */
export class Breakpoints {
  readonly #parts: BreakpointsParts;
  readonly #wanted = new Map<string, readonly Wanted[]>();
  readonly #byInspector = new Map<string, number>();
  readonly #places = new Map<string, Promise<Place[]>>();
  /** One change at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #last = 0;

  constructor(parts: BreakpointsParts) {
    this.#parts = parts;
  }

  /** Whether there are any. */
  get isEmpty(): boolean {
    return [...this.#wanted.values()].every((list) => list.length === 0);
  }

  /** What was asked for, by source. */
  get asked(): { readonly source: string; readonly breakpoints: readonly SourceBreakpoint[] }[] {
    return [...this.#wanted]
      .filter(([, list]) => list.length > 0)
      .map(([source, list]) => ({
        source,
        breakpoints: list.map(({ asked, line }) => ({ ...asked, line })),
      }));
  }

  /** The ids of breakpoints that V8 has hit. */
  idsOf(hit: readonly string[]): number[] {
    return hit.flatMap((name) => this.#byInspector.get(name) ?? []);
  }

  /** Puts these in the place of all breakpoints of a source. */
  async set(path: string, asked: readonly SourceBreakpoint[]): Promise<Breakpoint[]> {
    return await this.#inTurn(async () => {
      await this.#unbind(this.#wanted.get(path) ?? []);
      const wanted = await Promise.all(asked.map(async (one) => await this.#want(path, one)));
      this.#wanted.set(path, wanted);
      await this.#bindAll(path, wanted);
      for (const one of wanted) if (!one.isVerified) this.#foresee(one);
      return wanted.map((one) => toldOf(one));
    });
  }

  /** A script is about to run: binds what lies in it. */
  async arrived(script: Script): Promise<void> {
    const wanted = this.#wanted.get(script.path) ?? [];
    if (wanted.length === 0) return;
    const before = wanted.map(({ isVerified, line }) => ({ isVerified, line }));
    await this.#inTurn(async () => await this.#bindAll(script.path, wanted, script.url));
    wanted.forEach((one, index) => {
      const { isVerified, line } = before[index] ?? one;
      if (one.isVerified !== isVerified || one.line !== line) this.#parts.onChanged(toldOf(one));
    });
  }

  /** Forgets all. */
  clear(): void {
    this.#wanted.clear();
    this.#byInspector.clear();
    this.#places.clear();
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }

  async #want(path: string, asked: SourceBreakpoint): Promise<Wanted> {
    const id = (this.#last += 1);
    const base = { id, path, asked, bound: new Map<string, string>(), line: asked.line, isVerified: false };
    try {
      return { ...base, problem: undefined, condition: await this.#conditionOf(id, asked) };
    } catch (error) {
      if (!(error instanceof DebugError)) throw error;
      return { ...base, problem: error.message, condition: undefined };
    }
  }

  async #conditionOf(id: number, asked: SourceBreakpoint): Promise<string | undefined> {
    const { condition, hitCondition, logMessage } = asked;
    const log = logMessage ? splitLogMessage(logMessage) : undefined;
    if (hitCondition) readHitCondition(hitCondition);
    return conditionOf({
      key: `${process.pid}:${id}`,
      ...(condition && { condition: await this.#plain(condition) }),
      ...(hitCondition && { hitCondition }),
      ...(log && {
        log: await Promise.all(
          log.map(async (part, index) => (index % 2 === 0 ? part : await this.#plain(part))),
        ),
      }),
    });
  }

  async #plain(expression: string): Promise<string> {
    const answer = await this.#parts.target.ask("plain", expression);
    if ("plain" in answer) return answer.plain.replace(/;\s*$/u, "");
    throw new DebugError(
      "invalid-expression",
      `Cannot take the expression "${expression}": ${answer.problem}`,
    );
  }

  // Of a source that has run several times, each run has scripts of its own.
  async #bindAll(path: string, wanted: readonly Wanted[], url?: string): Promise<void> {
    const scripts = await this.#parts.scripts.at(path);
    const urls = new Set(scripts.map((one) => one.url));
    for (const one of url === undefined ? urls : [url]) {
      const parts = scripts.filter((script) => script.url === one);
      for (const breakpoint of wanted) await this.#bind(breakpoint, parts);
    }
  }

  // Before all scripts of a cell are there, nobody knows whether a later one is nearer.
  async #bind(wanted: Wanted, scripts: readonly Script[]): Promise<void> {
    if (wanted.problem !== undefined) return;
    const isExact = scripts.length < (scripts[0]?.parts ?? 1);
    const places = await Promise.all(
      scripts.map(async (script) => {
        if (!this.#places.has(script.id)) this.#places.set(script.id, findPlaces(script, this.#parts.target));
        return (await this.#places.get(script.id)?.catch(() => [])) ?? [];
      }),
    );
    const chosen = choosePlace(places.flat(), wanted.asked, isExact);
    if (chosen === undefined || wanted.bound.has(chosen.location.scriptId)) return;
    const { location, typed } = chosen;
    try {
      const { breakpointId } = await this.#parts.target.post<Debugger.SetBreakpointReturnType>(
        "Debugger.setBreakpoint",
        { location, ...(wanted.condition !== undefined && { condition: wanted.condition }) },
      );
      wanted.bound.set(location.scriptId, breakpointId);
      this.#byInspector.set(breakpointId, wanted.id);
    } catch {
      // Another breakpoint lies there already, or the script is gone.
      if (
        ![...this.#wanted.values()].flat().some((one) => one !== wanted && one.bound.has(location.scriptId))
      )
        return;
    }
    wanted.line = typed.line;
    wanted.isVerified = true;
  }

  // A source that has not run yet says by its statements where one can pause.
  #foresee(wanted: Wanted): void {
    if (wanted.problem !== undefined) return;
    const text = this.#parts.sources.find(wanted.path);
    const line =
      text === undefined ? undefined : statementLines(text).find((one) => one >= wanted.asked.line);
    if (line === undefined) return;
    wanted.line = line;
    wanted.isVerified = true;
  }

  async #unbind(list: readonly Wanted[]): Promise<void> {
    for (const { bound } of list) {
      for (const breakpointId of bound.values()) {
        this.#byInspector.delete(breakpointId);
        await this.#parts.target.post("Debugger.removeBreakpoint", { breakpointId });
      }
    }
  }
}

function toldOf({ id, path, line, isVerified, problem, asked }: Wanted): Breakpoint {
  const message = problem ?? (isVerified ? undefined : "It is set when the code is run");
  const isThere = isVerified && line === asked.line && asked.column !== undefined;
  return {
    id,
    verified: isVerified,
    line,
    ...(isThere && { column: asked.column ?? 1 }),
    source: { path },
    ...(message !== undefined && { message }),
  };
}
