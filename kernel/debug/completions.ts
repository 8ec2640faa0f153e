import type { Runtime } from "node:inspector";
import type { Evaluation, Place } from "./evaluation.ts";
import { DebugError } from "./protocol.ts";
import { scopesOf } from "./stack.ts";
import type { Target } from "./target.ts";
import { isHidden } from "./values.ts";
import type { Variables } from "./variables.ts";

/** What could stand at a place of a text that is typed into the debugger. */
export interface CompletionTarget {
  readonly label: string;
  readonly type: "method" | "property" | "variable";
  /** Where what it replaces begins, from 0 as clients have it, and how long that is; in UTF-16 units. */
  readonly start: number;
  readonly length: number;
}

const name = "[\\p{ID_Start}$_][\\p{ID_Continue}$]*";
const typed = new RegExp(`(?:(${name}(?:\\.${name}|\\[\\d+\\])*)\\.)?(${name})?$`, "u");

/** What names and members a pause has to offer, without running anything that could change something. */
export async function completionsAt(
  before: string,
  place: Place,
  parts: { readonly target: Target; readonly variables: Variables; readonly evaluation: Evaluation },
): Promise<CompletionTarget[]> {
  const [, path, prefix = ""] = typed.exec(before) ?? [];
  const found = path === undefined ? await namesOf(place, parts) : await membersOf(path, place, parts);
  const at = { start: before.length - prefix.length, length: prefix.length };
  return found
    .filter(
      ({ label }) => label.startsWith(prefix) && new RegExp(`^${name}$`, "u").test(label) && !isHidden(label),
    )
    .map((one) => ({ ...one, ...at }));
}

type Found = Pick<CompletionTarget, "label" | "type">;

async function namesOf(
  { frame }: Place,
  parts: { readonly target: Target; readonly variables: Variables },
): Promise<Found[]> {
  if (frame === undefined) return [];
  const labels = new Set(frame.script.imports);
  for (const { variablesReference } of await scopesOf(frame, parts))
    for (const one of await parts.variables.inside(variablesReference, {})) labels.add(one.name);
  return [...labels].map((label) => ({ label, type: "variable" }));
}

async function membersOf(
  path: string,
  place: Place,
  { target, evaluation, variables }: Parameters<typeof completionsAt>[2],
): Promise<Found[]> {
  try {
    const { variablesReference } = await evaluation.variable(path, place, { isPure: true });
    const objectId = variables.objectOf(variablesReference);
    if (objectId === undefined) return [];
    const { result } = await target.post<Runtime.GetPropertiesReturnType>("Runtime.getProperties", {
      objectId,
      ownProperties: false,
    });
    return result
      .filter(({ symbol }) => symbol === undefined)
      .map((one) => ({ label: one.name, type: one.value?.type === "function" ? "method" : "property" }));
  } catch (error) {
    // There is nothing of that name, or to look at it would change something.
    if (error instanceof DebugError) return [];
    throw error;
  }
}
