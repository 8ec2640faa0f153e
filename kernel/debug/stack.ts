import type { Debugger, Runtime } from "node:inspector";
import { typedPlaces } from "./places.ts";
import type { Typed } from "./places.ts";
import { DebugError } from "./protocol.ts";
import { sourceOf } from "./scripts.ts";
import type { Script, Scripts } from "./scripts.ts";
import { debugView } from "./target.ts";
import type { Target } from "./target.ts";
import { typedName } from "./values.ts";
import type { ScopeOptions, Variables } from "./variables.ts";

/** A frame of the user's code. */
export interface Frame {
  readonly id: number;
  readonly script: Script;
  readonly call: Debugger.CallFrame;
  /** Where it is; nothing for what nobody typed. */
  readonly typed: Typed | undefined;
}

let lastFrame = 0;

/** The frames of the user's code, the innermost first. Those of Node, the kernel and packages are left out. */
export async function framesOf(
  calls: readonly Debugger.CallFrame[],
  parts: { readonly scripts: Scripts; readonly target: Target },
): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (const call of calls) {
    const script = await parts.scripts.find(call.location.scriptId);
    if (script === undefined) continue;
    const [typed] = await typedPlaces(script, [call.location], parts.target);
    frames.push({ id: (lastFrame += 1), script, call, typed });
  }
  return frames;
}

/** The frame with that id. @throws DebugError `unknown-frame` */
export function frameOf(frames: readonly Frame[], id: number): Frame {
  const found = frames.find((frame) => frame.id === id);
  if (found !== undefined) return found;
  throw new DebugError(
    "unknown-frame",
    `Cannot find frame ${id}: the program has gone on, or was never there`,
  );
}

/** A frame as clients are told of it. */
export function toldFrame(frame: Frame): Readonly<Record<string, unknown>> {
  const { id, script, typed } = frame;
  return {
    id,
    name: nameOf(frame),
    source: sourceOf(script),
    line: typed?.line ?? 1,
    column: typed?.column ?? 1,
    moduleId: script.path,
  };
}

function nameOf({ call, script }: Frame): string {
  if (call.functionName !== "") return typedName(call.functionName);
  if (!isTopLevel(call)) return "(anonymous)";
  return script.isCell ? `Cell ${script.name}` : "(module)";
}

// The code of a cell is no function; that of a module is one that begins in front of what was typed.
function isTopLevel({ scopeChain, functionLocation }: Debugger.CallFrame): boolean {
  return scopeChain.every(({ type }) => type !== "local") || (functionLocation?.columnNumber ?? 0) < 0;
}

/** A scope as clients are told of it. */
export interface ToldScope {
  readonly name: string;
  readonly variablesReference: number;
  readonly expensive: boolean;
  readonly presentationHint?: string;
}

/** The scopes of a frame: its own variables, those of functions around it, the variables of the session. */
export async function scopesOf(
  { id, call }: Frame,
  parts: { readonly target: Target; readonly variables: Variables },
): Promise<ToldScope[]> {
  const { variables, target } = parts;
  const told = (scopeName: string, container: ScopeOptions, hint?: string): ToldScope => ({
    name: scopeName,
    variablesReference: variables.scope({ ...container, group: "paused", frameId: id }),
    expensive: false,
    ...(hint !== undefined && { presentationHint: hint }),
  });
  const chain = call.scopeChain.flatMap(({ type, name, object: { objectId } }) =>
    objectId === undefined ? [] : [{ type, name, objectId }],
  );
  const outer = chain.findIndex(({ type }) => type === "closure" || type === "script" || type === "global");
  const own = chain.slice(0, outer === -1 ? chain.length : outer).map(({ objectId }) => objectId);
  const closures = chain.filter(({ type }) => type === "closure");
  const session = await sessionObject(target, "paused");
  const extra = extraOf(call);
  return [
    ...(own.length === 0 && extra.length === 0 ? [] : [told("Locals", { objectIds: own, extra }, "locals")]),
    ...closures.map(({ name, objectId }) =>
      told(name ? `Closure (${typedName(name)})` : "Closure", { objectIds: [objectId] }),
    ),
    ...(session === undefined ? [] : [told("Globals", { objectIds: [session] }, "globals")]),
  ];
}

// What a frame has beside its variables.
function extraOf(call: Debugger.CallFrame): NonNullable<ScopeOptions["extra"]> {
  const { returnValue, this: receiver } = call;
  const hasReceiver =
    !isTopLevel(call) && receiver.type !== "undefined" && !/\bglobal\b/u.test(receiver.className ?? "");
  return [
    ...(returnValue === undefined ? [] : [{ name: "(return value)", value: returnValue }]),
    ...(hasReceiver ? [{ name: "this", value: receiver }] : []),
  ];
}

/** The inspector's id of an object with the variables of the session. */
export async function sessionObject(target: Target, group: string): Promise<string | undefined> {
  const { result } = await target.post<Runtime.EvaluateReturnType>("Runtime.evaluate", {
    expression: `${debugView}.variables()`,
    objectGroup: group,
    silent: true,
    disableBreaks: true,
  });
  return result.objectId;
}
