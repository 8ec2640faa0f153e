// oxlint-disable typescript/unbound-method -- The hook is put aside and put back, never called.
import { nowhere } from "./lines.ts";
import { readPlain } from "./read-plain.ts";
import type { Units } from "./units.ts";

/** The hook by which V8 makes the `stack` of an error. */
export interface StackTraces {
  /** Puts it back where somebody has taken it away; a hook of somebody else's stays. */
  keep(): void;
  /** Takes it away. */
  uninstall(): void;
}

/** Installs the hook. */
export function installStackTraces(units: Units): StackTraces {
  const before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  const { stackTraceLimit } = Error;
  const value = (error: unknown, sites: readonly NodeJS.CallSite[]): string =>
    [header(error), ...frames(sites, units)].join("\n");
  const install = (): void => {
    Object.defineProperty(Error, "prepareStackTrace", {
      value,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  };
  install();
  // The ten frames of V8's default are often all a library's, and the cell's own frame is not among them.
  Error.stackTraceLimit = Math.max(stackTraceLimit, 40);
  return {
    keep: () => {
      if (typeof Error.prepareStackTrace !== "function") install();
    },
    uninstall: () => {
      if (before === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
      else Object.defineProperty(Error, "prepareStackTrace", before);
      Error.stackTraceLimit = stackTraceLimit;
    },
  };
}

/** The call sites at this moment, innermost first, without the caller's own `skip` ones. */
export function currentSites(skip: (...args: never[]) => unknown): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 200;
    Error.prepareStackTrace = (_, sites) => sites;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, skip);
    return Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]) : [];
  } finally {
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * The lines of a trace for call sites, positions as typed. What lies below the outermost frame of a cell or of a local
 * module is the kernel's and left out.
 */
export function frames(sites: readonly NodeJS.CallSite[], units: Units): string[] {
  const outermost = sites.findLastIndex((site) => unitOf(site, units) !== undefined);
  const shown = outermost < 0 ? sites : sites.slice(0, outermost + 1);
  return shown.flatMap((site) => {
    const text = frame(site, units);
    return text === undefined ? [] : [`    at ${text}`];
  });
}

function unitOf(site: NodeJS.CallSite, units: Units): ReturnType<Units["get"]> {
  return units.get(site.getScriptNameOrSourceURL() ?? "");
}

// Nothing for code that nobody typed: what the compiler adds for decorators, for one.
function frame(site: NodeJS.CallSite, units: Units): string | undefined {
  // oxlint-disable-next-line typescript/no-base-to-string -- A call site writes itself as a line of a trace.
  const text = site.toString();
  const unit = unitOf(site, units);
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  if (unit === undefined || line === null || column === null) return text;
  const at = `${unit.url}:${line}:${column}`;
  const start = text.lastIndexOf(at);
  if (start < 0) return text;
  const typed = unit.toTyped({ line, column });
  if (typed === nowhere) return undefined;
  return `${text.slice(0, start)}${unit.name}:${typed.line}:${typed.column}${text.slice(start + at.length)}`;
}

let isPlain = false;

/** Reads traces without asking errors what they are, as that runs what getters they have. */
export function withPlainHeaders<T>(read: () => T): T {
  isPlain = true;
  try {
    return read();
  } finally {
    isPlain = false;
  }
}

function header(error: unknown): string {
  if (isPlain) {
    const [name, message] = ["name", "message"].map((key) => readPlain(error as object, key));
    return `${String(name)}: ${String(message)}`;
  }
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
