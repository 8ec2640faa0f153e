import { thrownText } from "./pauses.ts";
import type { ExceptionFilter, Step } from "./pauses.ts";
import { integerOf, objectOf, objectsOf, textOf } from "./protocol.ts";
import type { Arguments, SourceBreakpoint } from "./protocol.ts";
import type { Connection } from "./connection.ts";
import type { Body, Requests } from "./requests.ts";
import { frameOf, scopesOf, toldFrame } from "./stack.ts";

/** Requests about where the program pauses, where it is, and how it goes on. */
export const programRequests: Requests = new Map(
  Object.entries({
    attach,
    launch: attach,
    configurationDone: () => undefined,
    setBreakpoints,
    setExceptionBreakpoints: setExceptions,
    exceptionInfo,
    stackTrace,
    scopes: async ({ pauses, target, variables }: Connection, given: Arguments) => {
      const frame = frameOf(pauses.frames, integerOf(given, "frameId"));
      return { scopes: await scopesOf(frame, { target, variables }) };
    },
    continue: async ({ pauses }: Connection) => {
      await pauses.resume();
      return { allThreadsContinued: true };
    },
    next: stepping("stepOver"),
    stepIn: stepping("stepInto"),
    stepOut: stepping("stepOut"),
    pause: async ({ pauses }: Connection) => {
      await pauses.pause();
      return undefined;
    },
  }),
);

function attach({ scripts }: Connection, given: Arguments): Body {
  scripts.justMyCode = given["justMyCode"] !== false;
  return undefined;
}

async function setBreakpoints({ breakpoints, watchScripts }: Connection, given: Arguments): Promise<Body> {
  const path = textOf(objectOf(given, "source"), "path");
  const asked = objectsOf(given, "breakpoints").map((one) => breakpointOf(one));
  const told = await breakpoints.set(path, asked);
  await watchScripts();
  return { breakpoints: told };
}

function breakpointOf(given: Arguments): SourceBreakpoint {
  const { column, condition, hitCondition, logMessage } = given;
  return {
    line: integerOf(given, "line"),
    ...(typeof column === "number" && { column }),
    ...(typeof condition === "string" && condition.trim() !== "" && { condition }),
    ...(typeof hitCondition === "string" && hitCondition.trim() !== "" && { hitCondition }),
    ...(typeof logMessage === "string" && logMessage !== "" && { logMessage }),
  };
}

async function setExceptions({ pauses }: Connection, { filters }: Arguments): Promise<Body> {
  const isKnown = (one: unknown): one is ExceptionFilter => one === "uncaught" || one === "all";
  await pauses.setFilters(Array.isArray(filters) ? filters.filter(isKnown) : []);
  return undefined;
}

function exceptionInfo({ pauses: { exception } }: Connection): Body {
  const text = thrownText(exception);
  return {
    exceptionId: (exception as { className?: string }).className ?? "Error",
    description: text,
    breakMode: "unhandled",
    details: { message: text, stackTrace: exception.description },
  };
}

function stackTrace({ pauses: { frames } }: Connection, given: Arguments): Body {
  const start = Number(given["startFrame"] ?? 0);
  const levels = Number(given["levels"] ?? 0);
  const shown = levels > 0 ? frames.slice(start, start + levels) : frames.slice(start);
  return { stackFrames: shown.map((frame) => toldFrame(frame)), totalFrames: frames.length };
}

function stepping(by: Step): (connection: Connection) => Promise<Body> {
  return async ({ pauses }) => {
    await pauses.step(by);
    return undefined;
  };
}
