import { existsSync } from "node:fs";
import {
  all,
  best,
  both,
  choice,
  command,
  either,
  exact,
  explain,
  fetchLocal,
  fetchUrl,
  instantiate,
  integers,
  latest,
  lens,
  list,
  logUniform,
  match,
  narrow,
  only,
  outcomes,
  pause,
  random,
  realize,
  realize$,
  realizeMany,
  realized,
  redefine,
  self,
  some,
  stage,
  sweep,
  tolerant,
  uniform,
  unpack,
} from "../core/index.ts";
import type { BuildTask, Executor, Stage, StageOptions, WarningEvent } from "../core/index.ts";
import { closeFunction } from "./capture/close.ts";
import { openSource } from "./capture/open-source.ts";
import type { CellHost } from "./host.ts";
import { ownSweep } from "./own-sweep.ts";
import type { Session } from "./session.ts";
import { scopeNames } from "./scope-declarations.ts";
import { ShownDisplays } from "./shown-displays.ts";
import { runOptions } from "./run-options.ts";

type Options = Readonly<Record<string, unknown>>;

/**
 * The names of core as cells see them: bound to the session's store, stopped by an interrupt of the cell, with what
 * realizers print going to the log, and with the cell's helper functions counted into the identity of `stage()`.
 */
export function sessionScope(session: Session, host: CellHost): Readonly<Record<string, unknown>> {
  const own = (): Options => ({ store: session.store });
  const running = (): Options => ({
    ...runOptions(session, host),
    executor: showing(session.executor, host),
  });
  // Whoever waits for the result does not see the events.
  const waiting = (): Options => ({
    ...running(),
    onWarning: ({ text }: WarningEvent) => host.print(`Warning: ${text}\n`, "stderr"),
  });
  return {
    self,
    only,
    latest,
    best,
    some,
    all,
    exact,
    match,
    both,
    either,
    narrow,
    tolerant,
    fetchUrl,
    fetchLocal,
    unpack,
    command,
    redefine,
    realized,
    stage: (options: StageOptions<object>) => {
      const made = cellStage(options, host);
      // A source that was given by hand, as that of another stage by a spread, is known already or nobody's business.
      session.provenance.note(made, { host, isGathered: options.source === undefined });
      return made;
    },
    sweep: (target: Parameters<typeof sweep>[0], points: Parameters<typeof sweep>[1]) =>
      ownSweep(sweep(target, points), session, host),
    list,
    random,
    uniform,
    logUniform,
    integers,
    choice,
    instantiate: (target: Parameters<typeof instantiate>[0], options?: Options) =>
      instantiate(target, { ...own(), ...options }),
    realize: (target: Parameters<typeof realize>[0], options?: Options) =>
      realize(target, { ...waiting(), ...options }),
    realizeMany: (target: Parameters<typeof realizeMany>[0], options?: Options) =>
      realizeMany(target, { ...waiting(), ...options }),
    realize$: (target: Parameters<typeof realize$>[0], options?: Options) =>
      realize$(target, { ...running(), ...options }),
    explain: (target: Parameters<typeof explain>[0], options?: Options) =>
      explain(target, { ...own(), ...options }),
    pause: (target: Parameters<typeof pause>[0], options?: Options) =>
      pause(target, { ...running(), ...options }),
    lens: (start: Parameters<typeof lens>[0], options?: Options) => lens(start, { ...own(), ...options }),
    outcomes: (target: Parameters<typeof outcomes>[0], options?: Options) =>
      outcomes(target, { ...own(), ...options }),
  };
}

// Nobody but the cell is there to show what a realizer displays.
function showing(executor: Executor, host: CellHost): Executor {
  return {
    name: executor.name,
    run: (task) => executor.run({ ...task, announce: alsoShowing(task.announce, host) }),
    isOneByOne: (dref) => executor.isOneByOne?.(dref) === true,
  };
}

function alsoShowing(sink: BuildTask["announce"], host: CellHost): BuildTask["announce"] {
  const displays = new ShownDisplays(host);
  return {
    log: (stream, text) => sink.log(stream, text),
    progress: (progress) => sink.progress(progress),
    display: (shown) => {
      sink.display(shown);
      displays.show(shown);
    },
    clear: (wait) => {
      sink.clear(wait);
      host.clear(wait);
    },
    reads: (reads) => sink.reads(reads),
  };
}

function cellStage(options: StageOptions<object>, host: CellHost): Stage<object> {
  // What is wrong with the options is for core to say.
  if (options?.source !== undefined || typeof options?.realize !== "function") return stage(options);
  if (isOfModule(options.module)) return stage(options);
  const { realize: realizer, name, module: _, ...rest } = options;
  const provided = new Set([...scopeNames, ...Object.keys(host.kernelNames)]);
  const found = openSource(realizer, { host, stage: name, provided });
  if (found === undefined) return stage({ ...rest, name, realize: realizer });
  const { code, uses, unseen } = found;
  if (unseen.length > 0) host.print(unseenWarning(name, unseen), "stderr");
  const made = stage({ ...rest, name, realize: realizer, source: { code, uses } });
  closeFunction(realizer, found, { host, stage: name, provided });
  return made;
}

// A local module's `stage` is this one as well; in a cell, `import.meta.url` is the notebook.
function isOfModule(module: string | undefined): boolean {
  return module !== undefined && !module.endsWith(".ipynb") && existsSync(new URL(module));
}

function unseenWarning(name: string, unseen: readonly string[]): string {
  const names = unseen.map((one) => `"${one}"`).join(", ");
  const it = unseen.length === 1 ? "it" : "them";
  return `Stage "${name}" uses ${names}, whose content Lightnix cannot see: a change of ${it} will not make the stage run again. Put ${it} into config and read build.config, or declare ${it} in a cell. In a module, give stage() \`module: import.meta.url\`.\n`;
}
