/** A request of the Debug Adapter Protocol, as it comes in. */
export interface DebugRequest {
  readonly seq: number;
  readonly command: string;
  readonly arguments: Arguments;
}

/** The arguments of a request. Nothing is known of them before they are looked at. */
export type Arguments = Readonly<Record<string, unknown>>;

/** An event of the Debug Adapter Protocol. */
export interface DebugEvent {
  readonly type: "event";
  readonly seq: number;
  readonly event: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A response of the Debug Adapter Protocol. */
export interface DebugResponse {
  readonly type: "response";
  readonly seq: number;
  readonly request_seq: number;
  readonly success: boolean;
  readonly command: string;
  readonly message?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Where a breakpoint, a frame or a module comes from. */
export interface Source {
  readonly name?: string;
  readonly path?: string;
}

/** A breakpoint as a client asks for it. */
export interface SourceBreakpoint {
  readonly line: number;
  readonly column?: number;
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}

/** What became of it. */
export interface Breakpoint {
  readonly id: number;
  readonly verified: boolean;
  readonly line: number;
  readonly column?: number;
  readonly source: Source;
  readonly message?: string;
}

/** A variable, an element or a property, as it is shown. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  /** Names what is inside; 0 when there is nothing to look into. */
  readonly variablesReference: number;
  readonly evaluateName?: string;
  readonly namedVariables?: number;
  readonly indexedVariables?: number;
  readonly presentationHint?: Readonly<Record<string, unknown>>;
}

/**
 * Why a request cannot be answered: `not-started`, `not-paused`, `unknown-request`, `unknown-frame`, `unknown-variable`,
 * `invalid-argument`, `invalid-expression`, `evaluation-failed`, `too-slow`, `refused` by V8, `no-source`, `not-settable` or `closed`.
 */
export class DebugError extends Error {
  override readonly name: string = "DebugError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A whole number of the arguments. */
export function integerOf(given: Arguments, name: string): number {
  const value = given[name];
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw invalid(name, "a whole number", value);
}

/** A text of the arguments. */
export function textOf(given: Arguments, name: string): string {
  const value = given[name];
  if (typeof value === "string") return value;
  throw invalid(name, "text", value);
}

/** An object of the arguments; empty when left out. */
export function objectOf(given: Arguments, name: string): Arguments {
  const value = given[name] ?? {};
  if (isObject(value)) return value;
  throw invalid(name, "an object", value);
}

/** Objects of the arguments; none when left out. */
export function objectsOf(given: Arguments, name: string): readonly Arguments[] {
  const value = given[name] ?? [];
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw invalid(name, "a list of objects", value);
}

function isObject(value: unknown): value is Arguments {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(name: string, wanted: string, value: unknown): DebugError {
  const shown = (JSON.stringify(value) ?? "left out").slice(0, 60);
  return new DebugError(
    "invalid-argument",
    `Cannot take the argument "${name}": it must be ${wanted}, and is ${shown}`,
  );
}
