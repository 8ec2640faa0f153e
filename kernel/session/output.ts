import type { Log } from "../wire/log.ts";
import type { Message } from "../wire/message.ts";
import type { DisplayData, StreamName } from "../wire/contents/display.ts";
import type { ErrorContent } from "../wire/contents/outcome.ts";
import type { PublishedContents } from "../wire/messages.ts";
import type { Comms } from "./comms.ts";
import { DisplayPacer } from "./displays.ts";
import { SessionError } from "./errors.ts";
import type { CommMessage, CommOpening, Display, Output } from "./evaluator.ts";
import type { Enclosure, Post, PublishedType } from "./post.ts";
import type { Prompts } from "./stdin.ts";
import { StreamGatherer, type StreamLimits } from "./streams.ts";

/** What an output needs of the session that it belongs to. */
export interface OutputMeans {
  readonly post: Post;
  readonly prompts: Prompts;
  readonly comms: Comms;
  readonly streamLimits: StreamLimits;
  readonly log: Log;
}

/** How the request wants its output. */
export interface OutputManner {
  /** Publish nothing but comm messages. */
  readonly silent: boolean;
  readonly allowStdin: boolean;
  /** The number of the cell; none: the request is no cell. */
  readonly executionCount: number | undefined;
}

/** The output of one request: publishes in its name, in order. */
export class RequestOutput implements Output {
  readonly #means: OutputMeans;
  readonly #request: Pick<Message, "identities" | "header">;
  readonly #manner: OutputManner;
  readonly #streams: StreamGatherer;
  readonly #displays: DisplayPacer;
  #resultText: string | undefined;
  #ended = false;

  constructor(means: OutputMeans, request: Pick<Message, "identities" | "header">, manner: OutputManner) {
    this.#means = means;
    this.#request = request;
    this.#manner = manner;
    this.#streams = new StreamGatherer(
      (name, text) => this.#publish("stream", { name, text }),
      means.streamLimits,
    );
    this.#displays = new DisplayPacer({
      show: (display) => this.#show("display_data", contentOf(display), display.buffers),
      update: (display) => this.#show("update_display_data", contentOf(display), display.buffers),
      note: (text) => this.stream("stderr", text),
    });
  }

  /** The plain text of the result, for the history. */
  get resultText(): string | undefined {
    return this.#resultText;
  }

  /** The request is done: gathered text is sent, open prompts are given up. Showing things still works. */
  end(): void {
    this.#ended = true;
    this.#displays.flush();
    this.#streams.flush();
    this.#means.prompts.abandon(this.#request.header);
  }

  stream(name: StreamName, text: string): void {
    if (!this.#manner.silent) this.#streams.write(name, text);
  }

  display(display: Display): void {
    this.#displays.show(display);
  }

  updateDisplay(display: Display): void {
    this.#displays.update(display);
  }

  result(display: Display): void {
    const { executionCount } = this.#manner;
    if (executionCount === undefined) return this.display(display);
    const text = display.data["text/plain"];
    if (typeof text === "string") this.#resultText = text;
    return this.#show(
      "execute_result",
      { ...contentOf(display), execution_count: executionCount },
      display.buffers,
    );
  }

  clear(wait: boolean): void {
    this.#show("clear_output", { wait });
    this.#streams.restart();
    this.#displays.restart();
  }

  error(error: ErrorContent): void {
    const { ename, evalue, traceback } = error;
    // The client may have forgotten the cell by then: it ran anew, or the page was loaded anew.
    if (this.#ended) this.#means.log("error", `A callback failed: ${ename}: ${evalue}`);
    this.#show("error", { ename, evalue, traceback });
  }

  input(prompt: string, password: boolean): Promise<string> {
    if (!this.#manner.allowStdin || this.#ended) {
      const why = this.#ended ? "its cell has ended" : "the client does not support input requests here";
      return Promise.reject(new SessionError("stdin-not-supported", `Cannot ask for input: ${why}.`));
    }
    this.#streams.flush();
    return this.#means.prompts.ask(this.#request, { prompt, password });
  }

  openComm(opening: CommOpening): void {
    this.#means.comms.opened(opening.id, opening.target);
    const content = { comm_id: opening.id, target_name: opening.target, data: opening.data };
    this.#sendComm("comm_open", content, opening);
  }

  sendComm(message: CommMessage): void {
    this.#sendComm("comm_msg", { comm_id: message.id, data: message.data }, message);
  }

  closeComm(message: CommMessage): void {
    this.#means.comms.closed(message.id);
    this.#sendComm("comm_close", { comm_id: message.id, data: message.data }, message);
  }

  #sendComm<Type extends "comm_open" | "comm_msg" | "comm_close">(
    type: Type,
    content: PublishedContents[Type],
    { metadata = {}, buffers = [] }: CommMessage,
  ): void {
    this.#streams.flush();
    this.#publish(type, content, { metadata, buffers });
  }

  #show<Type extends PublishedType>(
    type: Type,
    content: PublishedContents[Type],
    buffers: readonly Uint8Array[] = [],
  ): void {
    if (this.#manner.silent) return;
    this.#streams.flush();
    this.#publish(type, content, { buffers });
  }

  #publish<Type extends PublishedType>(
    type: Type,
    content: PublishedContents[Type],
    enclosure: Enclosure = {},
  ): void {
    const fault = this.#means.post.publish(type, content, { ...enclosure, parent: this.#request.header });
    if (fault !== undefined) this.stream("stderr", `[A ${type} could not be sent: ${fault}]\n`);
  }
}

function contentOf(display: Display): DisplayData {
  return { data: display.data, metadata: display.metadata ?? {}, transient: display.transient ?? {} };
}
