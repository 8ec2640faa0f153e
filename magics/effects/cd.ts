import { homedir } from "node:os";
import { resolve } from "node:path";
import { errorCode } from "../../core/errors.ts";
import type { CdArguments } from "../commands/cd.ts";
import { MagicError } from "../errors.ts";
import type { MagicContext } from "../registry.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "it is no folder",
  EACCES: "it may not be entered",
};

/**
 * What `%cd` does.
 *
 * @throws {MagicError} `no-folder`
 */
export function cdEffect({ args: { folder }, host }: MagicContext<CdArguments>): void {
  const typed = folder?.replace(/^(["'])(.*)\1$/u, "$2").replace(/^~(?=$|[\\/])/u, homedir());
  const wanted = typed === undefined ? host.folder : resolve(host.workingFolder, typed);
  try {
    host.workingFolder = wanted;
  } catch (error) {
    const why = reasons[errorCode(error) ?? ""] ?? (error instanceof Error ? error.message : String(error));
    throw new MagicError("no-folder", `Cannot change the folder to "${wanted}": ${why}`, { folder: wanted });
  }
  host.print(`${host.workingFolder}\n`);
}
