import { pathToFileURL } from "node:url";
import { Debugger } from "../debug/debugger.ts";
import type { DebugEvent } from "../debug/protocol.ts";
import { isJsonObject, type JsonObject } from "../wire/json.ts";
import { packageRoot } from "./package.ts";

/** What debugs the cells, as the evaluator has it. */
export interface CellDebugger extends Pick<Debugger, "isStarted" | "cellEnded" | "release" | "close"> {
  /** Answers the content of a debug_request. */
  answer(request: JsonObject): Promise<JsonObject>;
}

/** Makes the debugger of the cells, in the worker thread. It is loaded, and connected, when a client first asks for it. */
export function startDebugger(tell: (event: JsonObject) => void): CellDebugger {
  const debug = new Debugger({
    ownRoot: pathToFileURL(`${packageRoot}/dist/`).href,
    tell: (event) => tell(asJson(event)),
  });
  return {
    get isStarted() {
      return debug.isStarted;
    },
    answer: async (request) => {
      const { seq, command, arguments: given } = request;
      return asJson(
        await debug.answer({
          seq: typeof seq === "number" ? seq : 0,
          command: typeof command === "string" ? command : "",
          arguments: isJsonObject(given) ? given : {},
        }),
      );
    },
    cellEnded: () => debug.cellEnded(),
    release: () => debug.release(),
    close: () => debug.close(),
  };
}

// Messages of the protocol hold nothing but JSON.
function asJson(message: DebugEvent | Awaited<ReturnType<Debugger["answer"]>>): JsonObject {
  return message as unknown as JsonObject;
}
