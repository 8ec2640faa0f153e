import type { Handler } from "../handler.ts";
import { commCloseHandler } from "./comm-close.ts";
import { commInfoHandler } from "./comm-info.ts";
import { commMessageHandler } from "./comm-message.ts";
import { commOpenHandler } from "./comm-open.ts";
import { completeHandler } from "./complete.ts";
import { connectHandler } from "./connect.ts";
import { debugHandler } from "./debug.ts";
import { executeHandler } from "./execute.ts";
import { historyHandler } from "./history.ts";
import { inspectHandler } from "./inspect.ts";
import { interruptHandler } from "./interrupt.ts";
import { isCompleteHandler } from "./is-complete.ts";
import { kernelInfoHandler } from "./kernel-info.ts";
import { shutdownHandler } from "./shutdown.ts";
import { createSubshellHandler, deleteSubshellHandler, listSubshellHandler } from "./subshells.ts";
import { usageHandler } from "./usage.ts";

const ALL: readonly Handler[] = [
  executeHandler,
  completeHandler,
  inspectHandler,
  isCompleteHandler,
  historyHandler,
  kernelInfoHandler,
  connectHandler,
  commInfoHandler,
  commOpenHandler,
  commMessageHandler,
  commCloseHandler,
  interruptHandler,
  shutdownHandler,
  debugHandler,
  usageHandler,
  createSubshellHandler,
  deleteSubshellHandler,
  listSubshellHandler,
];

/** Who answers which type of message. */
export const handlers: ReadonlyMap<string, Handler> = new Map(ALL.map((handler) => [handler.type, handler]));
