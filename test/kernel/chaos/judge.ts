import { stripVTControlCharacters } from "node:util";
import type { Heard } from "./wire-tap.ts";
import { publishedFor, repliesTo, type Asked } from "./wire-tap.ts";
import { disturb, type Cell, type Expected, type World } from "./world.ts";

/** A cell that was sent. */
export interface SentCell {
  readonly cell: Cell;
  readonly asked: Asked;
}

/** The cells of one shell, in the order in which they were sent, and what the shell was before them. */
export interface ShellState {
  executionCount: number;
}

/** What was wrong with a request. */
export type Complain = (asked: Asked, what: string) => void;

// An interrupt that comes while the kernel itself is at work on a cell may leave it without a reply of its own.
const ended = /^(?:Interrupted|ReplyError)$/;

/** Whether a request has one reply of its type between what must enclose it. */
export function judgeFrame(asked: Asked, complain: Complain): void {
  const replies = repliesTo(asked);
  const isNotice = !asked.type.endsWith("_request");
  if (replies.length !== (isNotice ? 0 : 1)) complain(asked, `${replies.length} replies`);
  const wanted = asked.type.replace(/_request$/, "_reply");
  for (const { type } of replies) if (type !== wanted) complain(asked, `a reply of type ${type}`);
  const published = publishedFor(asked);
  const states = published.filter(({ type }) => type === "status").map(stateOf);
  if (states.join() !== "busy,idle") complain(asked, `the states ${states.join()}`);
  if (published[0] && stateOf(published[0]) !== "busy") complain(asked, `${published[0].type} before busy`);
  const afterIdle = published.slice(published.findIndex((one) => stateOf(one) === "idle") + 1);
  const isLateOutput = (one: Heard): boolean => one.type === "stream" || isNotice;
  for (const one of afterIdle) if (!isLateOutput(one)) complain(asked, `${one.type} after idle`);
}

function stateOf({ type, content }: Heard): unknown {
  return type === "status" ? content["execution_state"] : undefined;
}

/** What a cell printed to stdout. */
export function printedBy(asked: Asked, stream: string = "stdout"): string {
  return publishedFor(asked)
    .filter(({ type, content }) => type === "stream" && content["name"] === stream)
    .map(({ content }) => String(content["text"]))
    .join("");
}

/** Compares the cells of one shell with what they must do to the world, in their order, and takes the world along. */
export function judgeCells(
  sent: readonly SentCell[],
  { world, shell, isInterrupted }: { world: World; shell: ShellState; isInterrupted: boolean },
  complain: Complain,
): void {
  let isAborting = false;
  for (const { cell, asked } of sent) {
    const reply = repliesTo(asked)[0]?.content ?? {};
    const { status } = reply;
    if (isAborting || status === "aborted") {
      if (!isAborting || status !== "aborted")
        complain(asked, `it is ${String(status)}, ${isAborting ? "" : "not "}to be aborted`);
      if (status === "aborted") {
        judgeCount({ asked, reply, count: undefined, isAnnounced: false }, complain);
        continue;
      }
    }
    const isStored = cell.silent !== true && cell.storeHistory !== false;
    if (isStored) shell.executionCount += 1;
    judgeCount({ asked, reply, count: shell.executionCount, isAnnounced: cell.silent !== true }, complain);
    if (status === "error" && cell.stopOnError !== false && cell.silent !== true) isAborting = true;
    if (isInterrupted && status === "error" && ended.test(String(reply["ename"]))) disturb(world, cell);
    else judgeOutcome(asked, cell.play(world), complain);
  }
}

function judgeCount(
  {
    asked,
    reply,
    count,
    isAnnounced,
  }: { asked: Asked; reply: Heard["content"]; count: number | undefined; isAnnounced: boolean },
  complain: Complain,
): void {
  if (reply["execution_count"] !== count)
    complain(asked, `execution count ${String(reply["execution_count"])} in place of ${String(count)}`);
  const inputs = publishedFor(asked).filter(({ type }) => type === "execute_input");
  if (inputs.length !== (isAnnounced ? 1 : 0)) complain(asked, `${inputs.length} times execute_input`);
  for (const { content } of inputs)
    if (content["execution_count"] !== count || content["code"] !== asked.content["code"])
      complain(asked, `an execute_input with ${JSON.stringify(content)}`);
}

function judgeOutcome(asked: Asked, expected: Expected, complain: Complain): void {
  const reply = repliesTo(asked)[0]?.content ?? {};
  if (expected.status === "any") return;
  if (reply["status"] !== expected.status)
    return complain(asked, `${JSON.stringify(reply)} in place of ${expected.status}`);
  const errors = publishedFor(asked).filter(({ type }) => type === "error");
  const isShown = expected.status === "error" && asked.content["silent"] !== true;
  if (errors.length !== (isShown ? 1 : 0)) complain(asked, `${errors.length} errors were published`);
  if (expected.ename && !expected.ename.test(String(reply["ename"])))
    complain(asked, `${String(reply["ename"])}: ${String(reply["evalue"])} in place of ${expected.ename}`);
  for (const [name, wanted] of Object.entries(expected.expressions ?? {})) {
    const results = reply["user_expressions"] as Record<string, { data?: Record<string, unknown> }>;
    const text = textOf(results[name]?.data ?? {});
    if (text !== wanted) complain(asked, `${name} is ${text} in place of ${wanted}`);
  }
  if (expected.hasResult === true) judgeResult(asked, expected.result, complain);
  if (expected.printed !== undefined && printedBy(asked) !== expected.printed)
    complain(
      asked,
      `printed ${JSON.stringify(printedBy(asked).slice(0, 300))} in place of ${JSON.stringify(expected.printed.slice(0, 300))}`,
    );
}

function judgeResult(asked: Asked, wanted: string | undefined, complain: Complain): void {
  const results = publishedFor(asked)
    .filter(({ type }) => type === "execute_result")
    .map(({ content }) => textOf(content["data"]));
  const expected = wanted === undefined ? [] : [wanted];
  if (results.join("\n") !== expected.join("\n"))
    complain(asked, `the result ${JSON.stringify(results)} in place of ${JSON.stringify(expected)}`);
}

function textOf(data: unknown): string {
  return stripVTControlCharacters(String((data as Record<string, unknown>)["text/plain"]));
}
