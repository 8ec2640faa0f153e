import { messageOf } from "../../wire/json.ts";
import type { ExecuteReply, ExecuteRequest } from "../../wire/contents/execute.ts";
import type { ExecuteOutcome } from "../evaluator.ts";
import { Fields } from "../fields.ts";
import type { QueueHandler, Request, SessionParts } from "../handler.ts";
import { RequestOutput } from "../output.ts";
import { errorReply } from "../post.ts";
import type { Finished, Job } from "../queue.ts";

/** execute_request: runs a cell when its turn comes. */
export const executeHandler: QueueHandler = {
  kind: "queue",
  type: "execute_request",
  enqueue(parts, request) {
    const content = parse(request);
    return new Cell(parts, request, content);
  },
};

function parse({ message }: Request): ExecuteRequest {
  const fields = new Fields("execute_request", message.content);
  const silent = fields.flag("silent", false);
  return {
    code: fields.text("code"),
    silent,
    store_history: !silent && fields.flag("store_history", true),
    user_expressions: fields.texts("user_expressions"),
    allow_stdin: fields.flag("allow_stdin", false),
    stop_on_error: fields.flag("stop_on_error", true),
  };
}

class Cell implements Job {
  readonly arrivedMs: number = performance.now();
  readonly sent: Job["sent"];
  readonly #parts: SessionParts;
  readonly #request: Request;
  readonly #content: ExecuteRequest;

  constructor(parts: SessionParts, request: Request, content: ExecuteRequest) {
    this.#parts = parts;
    this.#request = request;
    const { session, date } = request.message.header;
    this.sent = { session, atMs: Date.parse(date) };
    this.#content = content;
  }

  async run(): Promise<Finished> {
    const { message, shell } = this.#request;
    const started = new Date().toISOString();
    this.#parts.statuses.cellBusy(message.header);
    if (this.#content.store_history) shell.executionCount += 1;
    const count = shell.executionCount;
    this.#announce(count);
    const output = new RequestOutput(this.#parts, message, {
      silent: this.#content.silent,
      allowStdin: this.#content.allow_stdin,
      executionCount: count,
    });
    const outcome = await this.#evaluate(output, count);
    if (outcome.status === "error") output.error(outcome);
    output.end();
    const result = output.resultText;
    if (result !== undefined && this.#content.store_history) {
      this.#remember((session) => this.#parts.history.addOutput(session, count, result));
    }
    return {
      // A silent request is the client's own affair: what its user has queued goes on.
      stop: outcome.status !== "ok" && this.#content.stop_on_error && !this.#content.silent,
      tell: () => this.#tell(replyOf(outcome, count), started),
    };
  }

  foresee(): void {
    this.#parts.evaluator.foresee?.(this.#content.code);
  }

  abort(): void {
    this.#parts.statuses.cellBusy(this.#request.message.header);
    this.#tell({ status: "aborted" }, new Date().toISOString());
  }

  #announce(count: number): void {
    const { code, silent, store_history } = this.#content;
    const { post, history } = this.#parts;
    const content = { code, execution_count: count };
    if (!silent) post.announce("execute_input", content, this.#request.message.header);
    if (store_history) this.#remember((session) => history.addInput(session, count, code));
  }

  // Nothing waits for the history, and no fault of it disturbs a cell.
  #remember(keep: (session: number) => void): void {
    const { shell } = this.#request;
    shell
      .historySession()
      .then(keep)
      .catch((error: unknown) =>
        this.#parts.log("warn", `Cannot keep a cell in the history: ${messageOf(error)}`),
      );
  }

  async #evaluate(output: RequestOutput, count: number): Promise<ExecuteOutcome> {
    const { message } = this.#request;
    const execution = {
      code: this.#content.code,
      silent: this.#content.silent,
      storeHistory: this.#content.store_history,
      allowStdin: this.#content.allow_stdin,
      userExpressions: this.#content.user_expressions,
      executionCount: count,
      parent: message.header,
      metadata: message.metadata,
    };
    try {
      return await this.#parts.evaluator.execute(execution, output);
    } catch (error) {
      // The evaluator failed, not the user's code. The cell ends as with an error, and the kernel lives on.
      this.#parts.log("error", `Cannot run a cell: ${error instanceof Error ? error.stack : String(error)}`);
      return errorReply(error);
    }
  }

  #tell(content: ExecuteReply, started: string): void {
    const { message, channel } = this.#request;
    // JupyterLab shows how long a cell took from `started`, as ipykernel sends it.
    const metadata = { started, status: content.status };
    this.#parts.post.reply(channel, message, { content, metadata });
    this.#parts.statuses.idle(message.header);
  }
}

function replyOf(outcome: ExecuteOutcome, count: number): ExecuteReply {
  if (outcome.status === "aborted") return outcome;
  if (outcome.status === "error") {
    const { ename, evalue, traceback } = outcome;
    return { status: "error", execution_count: count, ename, evalue, traceback };
  }
  return {
    status: "ok",
    execution_count: count,
    user_expressions: outcome.userExpressions ?? {},
    payload: outcome.payload ?? [],
  };
}
