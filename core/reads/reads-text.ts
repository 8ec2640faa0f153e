import { basename, dirname } from "node:path";
import { pathProblem } from "../path.ts";
import { MOST_KEPT, type OutsideRead } from "./outside-read.ts";
import { shownPath } from "./surroundings.ts";

const SHOWN = 3;
// `file` holds its content in memory.
const HELD_BYTES = 64 * 2 ** 20;

/** Says which files the realizer of a stage read that are not among its inputs, and how they become inputs. */
export function readText(name: string, reads: readonly OutsideRead[], project: string): string {
  const shown = worthNaming(reads);
  const [is, it] = shown.length === 1 ? ["is", "it changes"] : ["are", "one of them changes"];
  return (
    `"${name}" read ${listed(shown, project)}, which ${is} not among its inputs: when ${it}, this result is reused all the same. ` +
    adviceFor(shown, project)
  );
}

/** The line of the log that names what was read and is not among the inputs; what to do about it is said elsewhere. */
export function readLine(reads: readonly OutsideRead[], project: string): string {
  return `Read, and not among the inputs: ${listed(worthNaming(reads), project)}`;
}

/** Says that files have changed that a result was made with and that are not among the inputs of its stage. */
export function changedText(name: string, reads: readonly OutsideRead[], project: string): string {
  const shown = worthNaming(reads);
  const [has, is, it] = shown.length === 1 ? ["has", "is", "it was"] : ["have", "are", "they were"];
  return (
    `"${name}" was made with ${listed(shown, project)} as ${it} then, which ${has} changed since and ${is} not among its inputs: it is reused all the ` +
    `same. ${adviceFor(shown, project)}`
  );
}

/** Folders, and what is in none of these. */
function worthNaming(reads: readonly OutsideRead[]): OutsideRead[] {
  const folders = new Set(reads.filter(({ kind }) => kind === "folder").map(({ path }) => path));
  return reads.filter(({ path }) => !folders.has(dirname(path)));
}

function listed(reads: readonly OutsideRead[], project: string): string {
  const shown = reads.slice(0, SHOWN).map(({ kind, path }) => {
    return `${shownPath(path, project)}${kind === "folder" ? "/" : ""}`;
  });
  const more = reads.length - SHOWN;
  if (more <= 0) return shown.join(" and ");
  return `${shown.join(", ")} and ${reads.length < MOST_KEPT ? more : "many"} more`;
}

/** What to write; of several, for the first one. */
function adviceFor(reads: readonly OutsideRead[], project: string): string {
  const [read] = reads;
  if (read === undefined) return "";
  const last = basename(read.path);
  const isName = pathProblem([last], { own: true }) === undefined && /^[\w.+-]+$/u.test(last);
  const name = isName ? last : "input";
  const field = fieldFor(name);
  const isHeld = read.kind === "file" && read.sizeBytes <= HELD_BYTES;
  const [make, artifact] = isHeld ? ["file", "file"] : ["fetchLocal", "data"];
  const options = `({ name: ${JSON.stringify(name)}, path: ${JSON.stringify(shownPath(read.path, project))} })`;
  const what = reads.length === 1 ? "it" : shownPath(read.path, project);
  return (
    `To have ${what} count, write \`${field}: ${isHeld ? "" : "await "}${make}${options}\` in its config (\`import { ${make} } from "lightnix"\`), and ` +
    `read \`build.lens.${field}.${artifact}.syspath\``
  );
}

/** The name of a field: `train` for `train.csv`. */
function fieldFor(name: string): string {
  const stem = name
    .replace(/\..*$/u, "")
    .replaceAll(/\W+(\w?)/gu, (_all, next: string) => next.toUpperCase());
  return /^[A-Za-z]\w*$/u.test(stem) ? stem : "input";
}
