import { appendFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { WritefileArguments } from "../commands/writefile.ts";
import { MagicError } from "../errors.ts";
import type { MagicContext } from "../registry.ts";
import { counted } from "../views/format.ts";

/**
 * What `%%writefile` does.
 *
 * @throws {MagicError} `no-file`
 */
export function writefileEffect({
  args: { file, append },
  body,
  host,
}: MagicContext<WritefileArguments>): void {
  const text = `${body.replace(/^[^\n]*\n?/u, "").replace(/\n$/u, "")}\n`;
  const path = resolve(host.workingFolder, file);
  try {
    if (append) appendFileSync(path, text);
    else writeFileSync(path, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MagicError("no-file", `Cannot write "${file}": ${why}`, { file: path });
  }
  host.print(
    `${append ? "Appended to" : "Wrote"} ${file} (${counted(text.split("\n").length - 1, "line")})\n`,
  );
}
