import type { Language } from "../language/language.ts";
import { isJsonObject, type JsonObject } from "../wire/json.ts";
import type { CellDebugger } from "./start-debugger.ts";

/** What {@link Debugging} works with. */
export interface DebuggingParts {
  readonly language: Language;
  /** Resolves when the main thread is ready: before that, there is no engine to ask. */
  readonly ready: () => Promise<unknown>;
}

/** The debugger of the cells, from when a client first asks for it. */
export class Debugging {
  readonly #parts: DebuggingParts;
  #starting: Promise<CellDebugger> | undefined;
  #debugger: CellDebugger | undefined;
  #isClosed = false;

  constructor(parts: DebuggingParts) {
    this.#parts = parts;
  }

  /** Whether a client debugs. */
  get isStarted(): boolean {
    return this.#debugger?.isStarted === true;
  }

  /** Answers the content of a debug_request; `tell` takes that of a debug_event. */
  async answer(request: JsonObject, tell: (event: JsonObject) => void): Promise<JsonObject> {
    this.#starting ??= this.#start(tell);
    const answer = await (await this.#starting).answer(request);
    const copied = copiedName(request);
    // The next cells may name it.
    if (copied !== undefined && answer["success"] === true) await this.#parts.language.define(copied, "any");
    return answer;
  }

  /** A cell has ended. */
  cellEnded(): void {
    this.#debugger?.cellEnded();
  }

  /** Lets a paused program go on, which is about to be stopped. */
  release(): void {
    this.#debugger?.release();
  }

  /** Lets go of the main thread for good, also when the debugger is only being loaded. */
  close(): void {
    this.#isClosed = true;
    this.#debugger?.close();
  }

  async #start(tell: (event: JsonObject) => void): Promise<CellDebugger> {
    const { startDebugger } = await import("./start-debugger.ts");
    await this.#parts.ready();
    this.#debugger = startDebugger(tell);
    if (this.#isClosed) this.#debugger.close();
    return this.#debugger;
  }
}

function copiedName({ command, arguments: given }: JsonObject): string | undefined {
  const name = command === "copyToGlobals" && isJsonObject(given) ? given["dstVariableName"] : undefined;
  return typeof name === "string" ? name : undefined;
}
