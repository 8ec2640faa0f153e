import { nodeMajor } from "../stage/environment.ts";
import { platformHere, type BuildRecord } from "../store/record.ts";

/** In what the environments of two builds differ, as far as every build says it: the major version of Node, and the platform. */
export interface EnvironmentDifference {
  readonly name: "node" | "platform";
  readonly before: string;
  readonly after: string;
}

type MadeIn = Readonly<Record<EnvironmentDifference["name"], string | undefined>>;

/** In what the environments of two builds differ. */
export function compareEnvironments(before: BuildRecord, after: BuildRecord): EnvironmentDifference[] {
  return differing(madeIn(before), madeIn(after));
}

/** In what the environment of a build differs from that of this process. */
export function differsFromHere(before: BuildRecord): EnvironmentDifference[] {
  return differing(madeIn(before), { node: nodeMajor(process.versions.node), platform: platformHere() });
}

function madeIn({ versions, platform }: Partial<BuildRecord>): MadeIn {
  return { node: versions && nodeMajor(versions.node), platform };
}

// What was made before the platform was recorded says nothing of it.
function differing(old: MadeIn, now: MadeIn): EnvironmentDifference[] {
  return (["node", "platform"] as const).flatMap((name) => {
    const [before, after] = [old[name], now[name]];
    return before === undefined || after === undefined || before === after ? [] : [{ name, before, after }];
  });
}

/** Differences from this environment in words: `node 18 (here 20)`. */
export function madeInText(differences: readonly EnvironmentDifference[]): string {
  return differences.map(({ name, before, after }) => `${name} ${before} (here ${after})`).join(", ");
}
