import { AsyncLocalStorage } from "node:async_hooks";
import { parseBundle } from "../../store/bundle-text.ts";
import type { BuildTask } from "../executor.ts";
import type { ChildBuild } from "./protocol.ts";

/** Where scratch folders of a run are made. */
export function scratchOf({ outs }: BuildTask): string {
  return `${outs[0]}.scratch`;
}

/** What a child process is told of a task. */
export function childBuild(
  { store, derivation, context, outs, args }: BuildTask,
  { scratch, env, packages }: Pick<ChildBuild, "scratch" | "env"> & { packages: Packages | undefined },
): ChildBuild {
  return {
    ...(packages && { packages }),
    store: { root: store.root, durable: store.durable },
    dref: derivation.dref,
    context,
    outs,
    scratch,
    args,
    folder: process.cwd(),
    env: { ...process.env, ...env },
  };
}

/** Packages by name, with their versions. */
export type Packages = Readonly<Record<string, string>>;

/** The packages that the code of a task imports; none where it cannot be read, which the process itself will tell. */
export function packagesOf({ store, derivation }: BuildTask): Packages {
  const parts = parseBundle(store.bundle(derivation.dref) ?? "");
  return typeof parts === "string" ? {} : parts.facts.packages;
}

/** What is announced is said where the task was given, and not where the process was once started: a notebook tells cells apart so. */
export function inContext(announce: BuildTask["announce"]): BuildTask["announce"] {
  const inside = AsyncLocalStorage.snapshot();
  return {
    log: (...said) => inside(() => announce.log(...said)),
    progress: (...said) => inside(() => announce.progress(...said)),
    display: (...said) => inside(() => announce.display(...said)),
    clear: (...said) => inside(() => announce.clear(...said)),
    reads: (...said) => inside(() => announce.reads(...said)),
  };
}
