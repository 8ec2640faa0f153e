import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { moduleUnits } from "../../core/code/units.ts";
import type { ModuleArguments } from "../commands/module.ts";
import { MagicError } from "../errors.ts";
import type { MagicContext } from "../registry.ts";

const mark = /^\/\*\* @module \S+ \*\//u;

/**
 * What `%%module` does.
 *
 * @throws {MagicError} `wrong-argument`, `foreign-file`
 * @throws {LightnixError} `syntax-error`
 */
export function moduleEffect({ args: { name }, body, host }: MagicContext<ModuleArguments>): void {
  const { stem, extension = ".ts" } =
    /^(?:\.\/)?(?<stem>[\w-]+(?:\/[\w-]+)*)(?<extension>\.tsx?)?$/u.exec(name)?.groups ?? {};
  if (stem === undefined) {
    const why = "a name is a word, or a path into the notebook's folder such as lib/model";
    throw new MagicError("wrong-argument", `Cannot write the module "${name}": ${why}`, { name });
  }
  const file = stem + extension;
  const path = join(host.folder, file);
  const before = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (before !== undefined && !mark.test(before)) {
    const why = `there is a file "${file}" that no cell wrote. Choose another name, or remove it`;
    throw new MagicError("foreign-file", `Cannot write the module "${name}": ${why}`, { name, file: path });
  }
  // The magic's line is the first; so lines are those of the cell.
  const blankLines = /^(?:[^\S\n]*\n)*/u.exec(body)?.[0] ?? "";
  const lines = "\n".repeat(blankLines.split("\n").length - 1);
  const text = `/** @module ${stem} */${lines}${body.slice(blankLines.length).trimEnd()}\n`;
  const { exports } = moduleUnits(text);
  mkdirSync(dirname(path), { recursive: true });
  // What has not changed need not be loaded again.
  if (text !== before) writeFileSync(path, text);
  host.print(`./${file} is there: ${importLine([...exports.keys()], file)}\n`);
}

function importLine(names: readonly string[], file: string): string {
  const named = names.filter((one) => one !== "default").join(", ");
  const bound = [names.includes("default") ? "it" : "", named === "" ? "" : `{ ${named} }`];
  const what = bound.filter((one) => one !== "").join(", ");
  return what === "" ? `import "./${file}"` : `import ${what} from "./${file}"`;
}
