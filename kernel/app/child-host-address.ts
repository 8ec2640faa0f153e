import { pathToFileURL } from "node:url";
import { builtFile } from "../../core/built-file.ts";

/** What `processes()` is given as `host`, so that the realizers of cells find `display` and its like also there. */
export function childHostAddress(): string {
  return pathToFileURL(builtFile("kernel/app/child-host.js")).href;
}
