import type { Connection } from "./connection.ts";
import { placeOf } from "./evaluation-requests.ts";
import { integerOf, textOf } from "./protocol.ts";
import type { Arguments } from "./protocol.ts";
import type { Body, Requests } from "./requests.ts";
import { sessionObject } from "./stack.ts";
import type { Part } from "./variables.ts";

/** Requests about what there is, which are answered also when nobody debugs: clients that only list variables send them. */
export const variableRequests: Requests = new Map(
  Object.entries({ variables: inside, setVariable, inspectVariables, richInspectVariables, modules }),
);

async function inside({ variables }: Connection, given: Arguments): Promise<Body> {
  const { filter } = given;
  const part: Part = {
    ...((filter === "indexed" || filter === "named") && { filter }),
    start: Number(given["start"] ?? 0),
    count: Number(given["count"] ?? 0),
  };
  return { variables: await variables.inside(integerOf(given, "variablesReference"), part) };
}

async function setVariable(connection: Connection, given: Arguments): Promise<Body> {
  const { evaluation, variables } = connection;
  const asked = {
    reference: integerOf(given, "variablesReference"),
    name: textOf(given, "name"),
    value: textOf(given, "value"),
  };
  const place = placeOf(connection, variables.frameOf(asked.reference));
  const { name: _, ...set } = await evaluation.set(asked, place);
  return set;
}

async function inspectVariables({ target, variables }: Connection): Promise<Body> {
  variables.forget("session");
  const objectId = await sessionObject(target, "session");
  if (objectId === undefined) return { variables: [] };
  const scope = variables.scope({ objectIds: [objectId], group: "session" });
  return { variables: await variables.inside(scope, {}) };
}

async function richInspectVariables(connection: Connection, given: Arguments): Promise<Body> {
  const place = placeOf(connection, given["frameId"]);
  const data = await connection.evaluation.bundle(textOf(given, "variableName"), place);
  return { data, metadata: {} };
}

async function modules({ target }: Connection, given: Arguments): Promise<Body> {
  const paths = await target.ask("modules");
  const start = Number(given["startModule"] ?? 0);
  const count = Number(given["moduleCount"] ?? 0);
  const all = paths.map((path, id) => ({ id, name: path.split(/[\\/]/u).at(-1) ?? path, path }));
  return {
    modules: count > 0 ? all.slice(start, start + count) : all.slice(start),
    totalModules: all.length,
  };
}
