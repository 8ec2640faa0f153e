import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { createEngine } from "../../../kernel/engine/engine.ts";
import type { Engine } from "../../../kernel/engine/engine.ts";
import type { EngineOptions } from "../../../kernel/engine/engine-parts.ts";

/** An engine in a folder of its own, for one test. */
export interface TestSession {
  readonly engine: Engine;
  readonly folder: string;
  /** Writes a file of the folder. */
  readonly write: (path: string, text: string | Uint8Array) => void;
  /** Evaluates a cell and gives its value; an error is thrown. */
  readonly value: (code: string) => Promise<unknown>;
  /** Evaluates a cell that throws, and gives what it threw. */
  readonly thrown: (code: string) => Promise<unknown>;
  /** The traceback of what a cell throws, as one text. */
  readonly trace: (code: string) => Promise<string>;
}

const ownRoot = new URL("../../../", import.meta.url).href;

/** Starts an engine; cells are called [1], [2] and so on. All is taken back when the test ends. */
export function startSession(
  files: Readonly<Record<string, string>> = {},
  options: Partial<EngineOptions> = {},
): TestSession {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-engine-"));
  const write: TestSession["write"] = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const engine = createEngine({ folder, ownRoot, colours: false, ...options });
  onTestFinished(() => {
    engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  let count = 0;
  const run = async (code: string): ReturnType<Engine["evaluate"]> =>
    await engine.evaluate(code, { name: `[${++count}]` });
  const thrown: TestSession["thrown"] = async (code) => {
    const outcome = await run(code);
    if (outcome.status === "ok") throw new Error(`The cell did not throw: ${code}`);
    return outcome.thrown;
  };
  return {
    engine,
    folder,
    write,
    thrown,
    value: async (code) => {
      const outcome = await run(code);
      if (outcome.status === "error") throw outcome.thrown;
      return outcome.value;
    },
    trace: async (code) => engine.traceback(await thrown(code)).traceback.join("\n"),
  };
}
