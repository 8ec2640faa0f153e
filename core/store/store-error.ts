import { errorCode, LightnixError } from "../errors.ts";

/**
 * Turns what the operating system says while something is written to a store into an error that says what it means.
 * Errors of our own pass through.
 *
 * Codes: `store-full`, `store-unwritable`, `not-a-store`, and `store-failed` for everything else. `doing` continues "Cannot".
 */
export function storeError(error: unknown, root: string, doing: string): unknown {
  const code = errorCode(error);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const [kind, what] = meaning(code);
  const said = error instanceof Error ? error.message : String(error);
  // Of a link, what it was to say is nobody's concern: where it was to be.
  const detail = said.replace(/ '.*' -> (?='[^']*'$)/su, " ");
  return new LightnixError(kind, `Cannot ${doing} in the store "${root}": ${what} (${detail})`, {
    cause: detail === said ? error : Object.assign(new Error(detail), { code }),
    data: { root },
  });
}

function meaning(code: string): [kind: string, what: string] {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return [
        "store-full",
        "the disk is full. Nothing is lost: what the store has is whole, and what was being written is not part of it. Free some space and run it again",
      ];
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return [
        "store-unwritable",
        "it cannot be written to. Change its permissions, or choose another folder by LIGHTNIX_ROOT",
      ];
    case "ENOTDIR":
    case "EEXIST":
      return ["not-a-store", "a file is in the way of a folder. Choose another folder by LIGHTNIX_ROOT"];
    default:
      return ["store-failed", "the file system refuses"];
  }
}
