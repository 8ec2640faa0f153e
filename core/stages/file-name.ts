import { basename } from "node:path";
import { pathProblem } from "../path.ts";

/** The name of an artifact after the end of a path or URL; `otherwise` where that is none. */
export function nameFrom(path: string, otherwise: string): string {
  const name = basename(path);
  return pathProblem([name], { own: true }) === undefined ? name : otherwise;
}
