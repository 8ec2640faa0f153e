import type { Connection } from "../wire/connection.ts";
import type { JsonObject } from "../wire/json.ts";
import type { Log } from "../wire/log.ts";
import type { Message } from "../wire/message.ts";
import type { ErrorReply } from "../wire/contents/outcome.ts";
import type { HelpLink, Usage } from "../wire/contents/kernel.ts";
import type { ReplyContents, RequestType } from "../wire/messages.ts";
import type { Evaluator } from "./evaluator.ts";
import type { History } from "./history.ts";
import type { OutputMeans } from "./output.ts";
import type { Job } from "./queue.ts";
import type { Shell, Shells } from "./shells.ts";
import type { Statuses } from "./status.ts";

/** What a kernel says of itself. */
export interface SessionInfo {
  /** The kernel's name, for machines. */
  readonly implementation: string;
  readonly implementationVersion: string;
  /** The version of TypeScript. */
  readonly languageVersion: string;
  /** What a console shows first. */
  readonly banner: string;
  readonly helpLinks?: readonly HelpLink[];
}

/** How a session ended. */
export type SessionEnd = "shutdown" | "restart";

/** The parts of a session that handlers work with. */
export interface SessionParts extends OutputMeans {
  readonly evaluator: Evaluator;
  readonly info: SessionInfo;
  readonly log: Log;
  readonly history: History;
  readonly shells: Shells;
  readonly statuses: Statuses;
  /** None: the channels are not sockets. */
  readonly connection: Connection | undefined;
  /** What the kernel uses of its machine now, as far as somebody measures that. */
  usage(): Usage;
  /** Lets go of the evaluator, within a bounded time, and once however often it is called. */
  releaseEvaluator(restart: boolean): Promise<void>;
  /** Ends the session after what is under way has been sent. */
  end(how: SessionEnd): void;
}

/** A request that has come in. */
export interface Request {
  readonly message: Message;
  readonly channel: "shell" | "control";
  /** The shell that its header names. */
  readonly shell: Shell;
}

/** What a handler answers. */
interface Answer<Type extends RequestType> {
  readonly content: ReplyContents[Type] | ErrorReply;
  readonly metadata?: JsonObject;
  /** Done after the reply and the idle status have been sent. */
  readonly afterwards?: () => void;
}

/** Answers one type of request as soon as it comes in. */
export interface ReplyHandler<Type extends RequestType = RequestType> {
  readonly kind: "reply";
  readonly type: Type;
  /** Whether it is answered on the control channel only. */
  readonly controlOnly?: boolean;
  /** Whatever it throws becomes an error reply. */
  answer(parts: SessionParts, request: Request): Promise<Answer<Type>>;
}

/** Takes one type of message that gets no reply. */
export interface NoticeHandler {
  readonly kind: "notice";
  readonly type: string;
  /** Whatever it throws is logged. */
  receive(parts: SessionParts, request: Request): Promise<void>;
}

/** Makes a job for the queue of the request's shell out of one type of request. */
export interface QueueHandler {
  readonly kind: "queue";
  readonly type: RequestType;
  /** Throws a SessionError `malformed-request`, which is answered at once. */
  enqueue(parts: SessionParts, request: Request): Job;
}

/** Any handler. */
export type Handler =
  | { [Type in RequestType]: ReplyHandler<Type> }[RequestType]
  | NoticeHandler
  | QueueHandler;
