import { hasParent, type Header } from "../wire/header.ts";
import type { Log } from "../wire/log.ts";
import type { Message } from "../wire/message.ts";
import type { InputRequest } from "../wire/contents/execute.ts";
import { SessionError } from "./errors.ts";
import type { Post } from "./post.ts";

// What a terminal client sends for Ctrl-D.
const END_OF_INPUT = "\u0004";

interface Question {
  readonly request: Pick<Message, "identities" | "header">;
  readonly content: InputRequest;
  readonly answer: (value: string) => void;
  readonly fail: (error: SessionError) => void;
}

/** Asks the user for lines of input, one question at a time, because clients show only one. */
export class Prompts {
  readonly #post: Post;
  readonly #log: Log;
  readonly #waiting: Question[] = [];
  #asked: { readonly question: Question; readonly header: Header } | undefined;

  constructor(post: Post, log: Log) {
    this.#post = post;
    this.#log = log;
  }

  /** Asks the client that sent `request`; rejects with a SessionError `interrupted` or `end-of-input`. */
  ask(request: Pick<Message, "identities" | "header">, content: InputRequest): Promise<string> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ request, content, answer, fail });
      this.#next();
    });
  }

  /** Takes an input_reply. */
  receive(message: Message): void {
    const asked = this.#asked;
    const value = message.content["value"];
    if (asked === undefined || typeof value !== "string" || !answers(message, asked.header)) {
      this.#log(
        "warn",
        `Dropped an input_reply ${asked ? "to another question" : "that answers no question"}`,
      );
      return;
    }
    this.#asked = undefined;
    if (value === END_OF_INPUT)
      asked.question.fail(new SessionError("end-of-input", "The user ended the input."));
    else asked.question.answer(value);
    this.#next();
  }

  /** Gives up all questions, because the user interrupted or the kernel ends. */
  cancel(why: string): void {
    this.#giveUp(() => true, why);
  }

  /** Gives up the questions of a request that is done: its client shows them no more. */
  abandon(request: Header): void {
    this.#giveUp(
      (question) => question.request.header === request,
      "The cell ended before the user answered.",
    );
  }

  #giveUp(isMeant: (question: Question) => boolean, why: string): void {
    const meant = this.#waiting.filter((question) => isMeant(question));
    const kept = this.#waiting.filter((question) => !isMeant(question));
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    if (this.#asked && isMeant(this.#asked.question)) {
      meant.unshift(this.#asked.question);
      this.#asked = undefined;
    }
    for (const question of meant) question.fail(new SessionError("interrupted", why));
    this.#next();
  }

  #next(): void {
    if (this.#asked) return;
    const question = this.#waiting.shift();
    if (question) this.#asked = { question, header: this.#post.ask(question.request, question.content) };
  }
}

// jupyter_client sends input_reply without a parent. Where a client names the question, it must be the open one, so that the
// answer to a prompt that was interrupted is not taken for the answer to the next one.
function answers(reply: Message, question: Header): boolean {
  if (!hasParent(reply.parentHeader)) return true;
  return reply.parentHeader.msg_type !== "input_request" || reply.parentHeader.msg_id === question.msg_id;
}
