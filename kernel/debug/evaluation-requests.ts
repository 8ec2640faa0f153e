import { completionsAt } from "./completions.ts";
import type { Connection } from "./connection.ts";
import type { Place } from "./evaluation.ts";
import { integerOf, textOf } from "./protocol.ts";
import type { Arguments } from "./protocol.ts";
import type { Body, Requests } from "./requests.ts";
import { frameOf } from "./stack.ts";

/** Requests about expressions that a client's user types. */
export const evaluationRequests: Requests = new Map(Object.entries({ evaluate, completions, copyToGlobals }));

/** Where an expression is evaluated. Clients that have no frame in view send none, or 0: then what is outermost is the nearest to the session. */
export function placeOf({ pauses }: Connection, frameId: unknown): Place {
  if (!pauses.isStopped) return { frame: undefined };
  const isGiven = typeof frameId === "number" && frameId > 0;
  return { frame: isGiven ? frameOf(pauses.frames, frameId) : pauses.frames.at(-1) };
}

async function evaluate(connection: Connection, given: Arguments): Promise<Body> {
  const isPure = given["context"] === "hover";
  const place = placeOf(connection, given["frameId"]);
  const told = await connection.evaluation.variable(textOf(given, "expression"), place, { isPure });
  const { name: _, value, ...rest } = told;
  return { result: value, ...rest };
}

async function completions(connection: Connection, given: Arguments): Promise<Body> {
  const before = beforeCursor(textOf(given, "text"), integerOf(given, "column"), given["line"]);
  const place = placeOf(connection, given["frameId"]);
  return { targets: await completionsAt(before, place, connection) };
}

// The text of one line would do: names have no line ends in them.
function beforeCursor(text: string, column: number, line: unknown): string {
  if (typeof line !== "number") return text.slice(0, Math.max(0, column - 1));
  const lines = text.split("\n");
  return [...lines.slice(0, line - 1), (lines[line - 1] ?? "").slice(0, Math.max(0, column - 1))].join("\n");
}

async function copyToGlobals(connection: Connection, given: Arguments): Promise<Body> {
  const [from, to] = [textOf(given, "srcVariableName"), textOf(given, "dstVariableName")];
  const place = placeOf(connection, integerOf(given, "srcFrameId"));
  await connection.evaluation.copyToSession(from, to, place);
  return undefined;
}
