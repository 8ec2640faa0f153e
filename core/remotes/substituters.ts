import { readFileSync } from "node:fs";
import { ifThere } from "../store/if-there.ts";
import type { Store } from "../store/store.ts";
import { openRemote } from "./open-remote.ts";
import type { Remote, RemotePlace } from "./remote.ts";

/** The file in a store that names the stores which it fetches from before it builds, one a line. */
const SUBSTITUTERS_FILE = "substituters";

/** A store that is asked for what is missing before it is built, and whether it has stopped answering. */
export interface Substituter {
  readonly remote: Remote;
  isDown: boolean;
}

/**
 * The stores that are asked, in this order: those given, else those of the file `substituters` in the store and of
 * `LIGHTNIX_SUBSTITUTERS`, with blanks between.
 *
 * @throws {LightnixError} `invalid-place`
 */
export function substitutersOf(
  store: Pick<Store, "root">,
  given: readonly (string | RemotePlace)[] | undefined,
): Substituter[] {
  const places = given ?? configured(store);
  return places.map((place) => ({ remote: openRemote(place), isDown: false }));
}

function configured(store: Pick<Store, "root">): string[] {
  const lines = (ifThere(() => readFileSync(`${store.root}/${SUBSTITUTERS_FILE}`, "utf8")) ?? "")
    .split("\n")
    .map((line) => line.replace(/^\s*#.*$/u, "").trim());
  const words = (process.env["LIGHTNIX_SUBSTITUTERS"] ?? "").split(/\s+/u);
  return [...new Set([...lines, ...words])].filter((text) => text !== "");
}
