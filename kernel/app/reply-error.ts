import { Interrupted } from "../engine/errors.ts";
import type { ExecuteOutcome } from "../session/evaluator.ts";

const mostNamed = 5;

/**
 * What stands for the outcome of a cell whose reply could not be made: because of the built-ins that code has `changed`, by their
 * names (`Array.prototype.map`), or else because of what was thrown meanwhile, if anything was.
 */
export function replyError(changed: readonly string[], thrown: unknown): ExecuteOutcome {
  const isInterrupted = changed.length === 0 && thrown instanceof Interrupted;
  const ename = isInterrupted ? thrown.name : "ReplyError";
  const evalue = changed.length > 0 ? changedText(changed) : thrownText(thrown);
  return { status: "error", ename, evalue, traceback: [`${ename}: ${evalue}`] };
}

function thrownText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "The reply could not be made";
}

function changedText(changed: readonly string[]): string {
  const more = changed.length > mostNamed ? ` and ${changed.length - mostNamed} more` : "";
  return (
    `Cannot go on with the cell: code has changed ${changed.slice(0, mostNamed).join(", ")}${more}, which the kernel itself needs. ` +
    "That is now as it was; variables keep their values"
  );
}
