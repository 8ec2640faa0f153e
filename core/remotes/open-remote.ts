import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LightnixError } from "../errors.ts";
import { FolderRemote } from "./folder-remote.ts";
import { HttpRemote } from "./http-remote.ts";
import type { Remote, RemotePlace } from "./remote.ts";

/**
 * A store that others are fetched from.
 *
 * @throws {LightnixError} `invalid-place`
 */
export function openRemote(where: string | RemotePlace): Remote {
  const { place, ...patience } = typeof where === "string" ? { place: where } : where;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//iu.exec(place)?.[1]?.toLowerCase();
  if (place !== "" && scheme === undefined) return new FolderRemote(resolve(place));
  if (URL.canParse(place)) {
    if (scheme === "file") return new FolderRemote(fileURLToPath(place));
    if (scheme === "http" || scheme === "https") return new HttpRemote(new URL(place), patience);
  }
  throw new LightnixError(
    "invalid-place",
    `Cannot fetch from "${place}": it is neither an http or https URL nor a folder`,
    { data: { place } },
  );
}
