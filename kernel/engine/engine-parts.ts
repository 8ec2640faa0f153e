import { resolve } from "node:path";
import { Bindings } from "./bindings.ts";
import { keepBuiltins } from "./builtins.ts";
import type { Builtins } from "./builtins.ts";
import { Cells } from "./cells.ts";
import type { RunParts } from "./cell-run.ts";
import { createDebugView } from "./debug-view.ts";
import type { ViewOf } from "./debug-view.ts";
import { installTypedSources } from "./hidden.ts";
import { openInterrupts } from "./interrupts.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Knower } from "./live-value.ts";
import { Loader } from "./loader.ts";
import type { ModuleScope } from "./local-module.ts";
import { nameHint } from "./name-hint.ts";
import type { Provided } from "./native.ts";
import { openRepl } from "./repl.ts";
import { createResolver } from "./resolve.ts";
import { Scripts } from "./scripts.ts";
import { SessionNames } from "./session-names.ts";
import { installStackTraces } from "./stack.ts";
import { formatTraceback } from "./traceback.ts";
import type { Traceback } from "./traceback.ts";
import { Units } from "./units.ts";

/** What an engine is made from. */
export interface EngineOptions {
  /** The notebook's folder: what cells import is resolved from there. */
  readonly folder: string;
  /** The notebook's file, absolute or from the folder, as `import.meta.filename` has it. It need not exist. */
  readonly file?: string;
  /** Modules that come from the kernel and not from a file, by specifier. */
  readonly provided?: Provided;
  /** Whether tracebacks have ANSI colours. Yes, when not said. */
  readonly colours?: boolean;
  /** The address below which the kernel's own scripts lie: traces leave them out. */
  readonly ownRoot: string;
  /** Knows values of some kinds better than their properties tell. */
  readonly knower?: Knower;
  /** Shows values of some kinds, for a debugger. */
  readonly viewOf?: ViewOf;
}

/** What an engine consists of; some of these know each other. */
export interface EngineParts extends RunParts {
  readonly folder: string;
  readonly cells: Cells;
  readonly interrupts: Interrupts;
  readonly bindings: Bindings;
  readonly builtins: Builtins;
  /** How cells import. */
  readonly scope: ModuleScope;
  /** Draws what was thrown. */
  readonly traceback: (thrown: unknown) => Traceback;
  /** Puts back what the engine has put into the process, as far as somebody has taken it away. */
  readonly keep: () => void;
  /** Takes back what was changed in the process. */
  readonly close: () => void;
}

/** Makes the parts of an engine, and changes in the process what they need. */
export function openParts(options: EngineOptions): EngineParts {
  const { folder, ownRoot, provided = {}, colours = true } = options;
  const file = resolve(folder, options.file ?? "notebook.ts");
  const [units, names, cells] = [new Units(), new SessionNames(), new Cells()];
  const repl = openRepl();
  const resolver = createResolver(new Set(Object.keys(provided)));
  const loader = new Loader({ resolver, provided, units, spare: () => interrupts.spare() });
  const interrupts = openInterrupts({
    cells,
    repl,
    units,
    ownRoot,
    onInterrupt: () => loader.abandonUnfinished(),
    onDeaf: () => builtins.restore(),
  });
  const debug = createDebugView({
    units,
    names,
    isProvided: (name) => bindings.isAsProvided(name),
    define: (name, value) => bindings.define(name, value),
    viewOf: options.viewOf,
  });
  const scripts = new Scripts({ repl, names, debug, strike: interrupts.strike, spare: interrupts.spare });
  const bindings = new Bindings({ names, scripts });
  const scope = loader.scope(file);
  const stackTraces = installStackTraces(units);
  const uninstall = [
    scripts.install({ check: (value) => cells.check(value), import: scope.import, meta: scope.meta }),
    stackTraces.uninstall,
    installTypedSources(),
  ];
  const builtins = keepBuiltins();
  const traceback = (thrown: unknown): Traceback =>
    formatTraceback(thrown, { units, folder, ownRoot, colours, hint: (facts) => nameHint(facts, names) });
  return {
    folder,
    file,
    units,
    names,
    cells,
    repl,
    resolver,
    loader,
    interrupts,
    scripts,
    bindings,
    builtins,
    scope,
    traceback,
    place: (tell) => cells.place(tell),
    stuck: new Set(),
    notice: (error, specifier) => tellOfOldVersion(specifier, traceback(error)),
    keep: () => {
      stackTraces.keep();
      scripts.keep();
    },
    close: () => {
      for (const takeBack of uninstall.toReversed()) takeBack();
      interrupts.close();
      repl.close();
    },
  };
}

function tellOfOldVersion(specifier: string, { traceback }: Traceback): void {
  const lines = [`Cannot reload "${specifier}"; its earlier version stays in use.`, ...traceback];
  process.stderr.write(`${lines.join("\n")}\n`);
}
