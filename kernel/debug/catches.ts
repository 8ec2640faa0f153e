import type { Debugger, Runtime } from "node:inspector";
import { parse, walk } from "../engine/ast.ts";
import { Lines } from "../engine/lines.ts";
import type { Scripts } from "./scripts.ts";
import type { Target } from "./target.ts";

interface Block {
  readonly start: number;
  readonly end: number;
}

interface Text {
  readonly lines: Lines;
  readonly blocks: readonly Block[];
}

/**
 * Tells whether what is thrown is caught by a `try` around. V8 knows it only of code that nobody awaits, and what a cell throws is
 * always awaited by the kernel.
 */
export class Catches {
  readonly #target: Target;
  readonly #scripts: Scripts;
  readonly #texts = new Map<string, Promise<Text>>();

  constructor(target: Target, scripts: Scripts) {
    this.#target = target;
    this.#scripts = scripts;
  }

  /** Whether one of these frames, or of those that await them, catches. */
  async any(
    frames: readonly Debugger.CallFrame[],
    awaiting: Runtime.StackTrace | undefined,
  ): Promise<boolean> {
    for (const { location } of frames) {
      if (await this.#catches(location)) return true;
    }
    const isAwait = awaiting?.description === "await" || awaiting?.description === "async function";
    if (awaiting === undefined || !isAwait) return false;
    for (const { scriptId, lineNumber, columnNumber } of awaiting.callFrames) {
      // From there on it is the kernel that awaits, and catches all.
      if ((await this.#scripts.find(scriptId)) === undefined) return false;
      if (await this.#catches({ scriptId, lineNumber, columnNumber })) return true;
    }
    return await this.any([], awaiting.parent);
  }

  /** Forgets the texts of scripts. */
  clear(): void {
    this.#texts.clear();
  }

  async #catches({ scriptId, lineNumber, columnNumber = 0 }: Debugger.Location): Promise<boolean> {
    let text = this.#texts.get(scriptId);
    if (text === undefined) {
      text = this.#read(scriptId);
      this.#texts.set(scriptId, text);
    }
    const { lines, blocks } = await text;
    const at = lines.offsetAt({ line: lineNumber + 1, column: columnNumber + 1 });
    return blocks.some(({ start, end }) => start <= at && at < end);
  }

  // A text that is none to the parser catches nothing, as far as anybody can tell.
  async #read(scriptId: string): Promise<Text> {
    const { scriptSource } = await this.#target.post<Debugger.GetScriptSourceReturnType>(
      "Debugger.getScriptSource",
      { scriptId },
    );
    const blocks: Block[] = [];
    walk(parse(scriptSource, "js").program, {
      enter: (node) => {
        if (node.type === "TryStatement" && node.handler !== null) blocks.push(node.block);
      },
    });
    return { lines: new Lines(scriptSource), blocks };
  }
}
