import { configSelfPaths } from "../../core/config.ts";
import type { Build, Held, RRef } from "../../core/index.ts";
import { pathSegments } from "../../core/path.ts";
import { parseDRef } from "../../core/ref.ts";
import type { DRef } from "../../core/ref.ts";
import { runningNames } from "../realization-progress.ts";
import type { RealizationProgress } from "../realization-progress.ts";
import { namesIn } from "../../core/store/if-there.ts";
import { readArtifacts } from "./artifacts.ts";
import type { Artifact } from "./artifacts.ts";

/** A build that is held, as its output folder is now. */
export interface HeldBuildFacts {
  readonly dref: DRef;
  readonly name: string;
  readonly out: string;
  /** The promised artifacts, and whether they are there. */
  readonly promised: readonly { readonly path: string; readonly isThere: boolean }[];
  readonly artifacts: readonly Artifact[];
  /** The direct dependencies, and which realizations of them it works on. */
  readonly dependencies: readonly { readonly name: string; readonly rrefs: readonly RRef[] }[];
}

/** A realization with builds that are held. */
export interface HeldFacts {
  readonly target: string;
  readonly builds: readonly HeldBuildFacts[];
  /** The variable that the build is bound to. */
  readonly variable: string;
  readonly heldMs: number;
  /** The stages that run meanwhile. */
  readonly running: readonly string[];
}

/** Where a held realization is known in the session. */
interface Holder {
  readonly variable: string;
  readonly sinceMs: number;
  readonly state: RealizationProgress;
}

/** Looks at the builds that are held, and at their folders. */
export async function readHeld(held: Held, { variable, sinceMs, state }: Holder): Promise<HeldFacts> {
  const missing = await held.missing();
  const names = held.builds.map(({ dref }) => parseDRef(dref).name);
  return {
    target: state.target === undefined ? (names[0] ?? "") : parseDRef(state.target).name,
    builds: held.builds.map((build) => readBuild(build, missing.get(build.dref) ?? [])),
    variable,
    heldMs: Date.now() - sinceMs,
    running: runningNames(state).filter((name) => !names.includes(name)),
  };
}

function readBuild(build: Build, missing: readonly string[]): HeldBuildFacts {
  const config = build.store.config(build.dref);
  const promised = configSelfPaths(config).map((path) => pathSegments(path).join("/"));
  return {
    dref: build.dref,
    name: parseDRef(build.dref).name,
    out: build.out,
    promised: promised.map((path) => ({
      path,
      isThere: !missing.some((one) => one === path || one.startsWith(`${path} (in output `)),
    })),
    artifacts: readArtifacts(build.out, namesIn(build.out).sort()),
    dependencies: Object.entries(build.context).map(([dref, rrefs]) => ({
      name: parseDRef(dref).name,
      rrefs,
    })),
  };
}
