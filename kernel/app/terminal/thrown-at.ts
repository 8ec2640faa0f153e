import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { packageRoot } from "../package.ts";

const ownCode = `${pathToFileURL(packageRoot).href}/`;

/**
 * Where in the code of its user a realizer threw, as `stages.ts:7:62`: the innermost place that is neither Node's nor Lightnix's nor
 * a package's. Nothing when the trace has none.
 */
export function thrownAt(error: Error | undefined, folder: string = process.cwd()): string | undefined {
  const { cause } = error ?? {};
  const stack = cause instanceof Error ? (cause.stack ?? "") : "";
  for (const line of stack.split("\n")) {
    const place = /^\s+at (?:.*\()?((?:stage:|file:).*:\d+:\d+)\)?$/u.exec(line)?.[1];
    if (place === undefined || place.startsWith(ownCode) || place.includes("/node_modules/")) continue;
    if (place.startsWith("stage:")) return place.slice("stage:".length);
    const [, url = "", position = ""] = /^(.*?)((?::\d+)+)$/u.exec(place) ?? [];
    return `${relative(folder, fileURLToPath(url))}${position}`;
  }
  return undefined;
}
