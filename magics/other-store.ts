import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { LightnixError, openStore } from "../core/index.ts";
import type { Store } from "../core/index.ts";
import { storePaths } from "../core/store/layout.ts";

/** What another store is opened for. */
interface OtherStore {
  readonly doing: "push to" | "pull from";
  /** The store in use, which it must not be. */
  readonly store: Store;
}

/** Whether another store is on the web and not in a folder. */
export function isOnTheWeb(place: string): boolean {
  return /^https?:\/\//iu.test(place);
}

/**
 * Opens the store in another folder. To push to it, it need not be there.
 *
 * @throws {LightnixError} `no-store`, `same-store`, `not-a-store`
 */
export function openOther(folder: string, { doing, store }: OtherStore): Store {
  const root = resolve(folder);
  if (doing === "pull from" && !existsSync(storePaths(root).objects))
    throw new LightnixError("no-store", `Cannot pull from "${root}": there is no store`, { data: { root } });
  if (realPath(root) === realPath(store.root))
    throw new LightnixError("same-store", `Cannot ${doing} "${root}": it is the store in use`, {
      data: { root },
    });
  return openStore({ root });
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
