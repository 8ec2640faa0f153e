import { LightnixError } from "../../errors.ts";
import { pathProblem } from "../../path.ts";
import type { Bytes } from "./decode.ts";

/** One thing in an archive, as the archive says it. Nothing of it has been checked. */
export type ArchiveEntry =
  | { readonly kind: "folder"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly executable: boolean;
      readonly content: Bytes;
    }
  /** A symbolic link. */
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  /** A hard link: the same file once more. */
  | { readonly kind: "same"; readonly path: string; readonly target: string };

/**
 * The segments of a path in an archive; none for the archive's own folder (`./`).
 *
 * @throws {LightnixError} `unsafe-archive` when it would lead out
 */
export function entrySegments(path: string): readonly string[] {
  if (path.startsWith("/")) throw unsafe(path, "its path is absolute");
  if (path.includes("\uFFFD")) throw unsafe(path, "its name is not valid UTF-8");
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) throw unsafe(path, "its path leads out of the archive");
  const problem = segments.length === 0 ? undefined : pathProblem(segments, { own: false });
  if (problem !== undefined) throw unsafe(path, problem);
  return segments;
}

/** The error about an entry that cannot be taken over as it is. */
export function unsafe(path: string, reason: string): LightnixError {
  return new LightnixError("unsafe-archive", `Cannot unpack ${JSON.stringify(path)}: ${reason}`, {
    data: { path },
  });
}

/** The error about an archive that does not read as what it says to be. */
export function damaged(format: string, cause: unknown): LightnixError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LightnixError(
    "damaged-archive",
    `Cannot unpack the ${format}: it is damaged or cut short (${reason})`,
    { cause },
  );
}
