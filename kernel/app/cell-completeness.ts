import { prepareCell } from "../../magics/parse.ts";
import type { SplitOptions } from "../../magics/index.ts";
import { completeness } from "../engine/completeness.ts";
import type { Completeness } from "../session/evaluator.ts";
import { questionOf } from "./question.ts";

/** Whether a cell can be run as it is typed so far, or goes on with a further line. */
export function completenessOf(code: string, split: SplitOptions): Completeness {
  if (questionOf(code) !== undefined) return { status: "complete" };
  const prepared = prepareCell(code, split);
  // A magic that cannot be run as written is complete enough to be told so.
  if (prepared.kind === "error") return { status: "complete" };
  // Of what is no TypeScript nobody knows the end but who types it: an empty line, as in IPython.
  if (prepared.kind === "cell-magic" && prepared.cell.magic.typescriptBody !== true && !prepared.cell.help)
    return /\n[^\S\n]*$/u.test(code) ? { status: "complete" } : { status: "incomplete", indent: "" };
  const text = prepared.kind === "code" ? prepared.text : prepared.cell.body;
  const { status, ...more } = completeness(text);
  return "indent" in more ? { status: "incomplete", indent: more.indent } : { status };
}
