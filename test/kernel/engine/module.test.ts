import { describe, expect, it } from "vitest";
import { startSession } from "./session.ts";

describe("a text evaluated as a module", () => {
  it("gives its exports and leaves the session alone", async () => {
    const { engine } = startSession({ "lib.ts": "export const one: number = 1" });
    const exported = await engine.module(
      "import { one } from './lib.ts'\nexport const config = { one, given }\nconst inner = 2\nexport function f() { return inner }\nexport class C {}\nexport { inner as renamed }\nexport default async (x: number) => x + (await 1)",
      { free: { given: "outside" } },
    );
    expect(Object.keys(exported).sort()).toEqual(["C", "config", "default", "f", "renamed"]);
    expect(exported["config"]).toEqual({ one: 1, given: "outside" });
    expect(exported["renamed"]).toBe(2);
    expect(await (exported["default"] as (x: number) => Promise<number>)(2)).toBe(3);
    expect((exported["default"] as { name: string }).name).toBe("default");
    expect(engine.lookup("inner")).toBeUndefined();
    expect(engine.declaration("config")).toBeUndefined();
  });

  it("may use names that packages look for", async () => {
    const { engine } = startSession();
    const exported = await engine.module("export const both = [self('a'), typeof require('node:fs')]", {
      free: { self: (x: string) => `self ${x}` },
    });
    expect(exported["both"]).toEqual(["self a", "object"]);
  });

  it("has the lines of its cell in traces", async () => {
    const { engine } = startSession();
    const source = "%%stage broken\nexport default async () => {\n  await 1;\n  throw new Error('here')\n}";
    const code = source.replace(/^.*\n/u, "");
    const exported = await engine.module(code, { name: "[7]", line: 2, source });
    const error = await (exported["default"] as () => Promise<unknown>)().catch((thrown: unknown) => thrown);
    const { traceback } = engine.traceback(error);
    expect(traceback.join("\n")).toMatch(/Error: here\n {2}Cell \[7\], line 4 in .*default\n/u);
    expect(traceback.join("\n")).toContain("> 4 |   throw new Error('here')");
  });

  it("fails with what is wrong, at its place", async () => {
    const { engine } = startSession();
    const failing = async (code: string): Promise<string> => {
      const error: unknown = await engine
        .module(code, { name: "[2]", line: 3 })
        .catch((thrown: unknown) => thrown);
      return engine.traceback(error).traceback.join("\n");
    };
    expect(await failing("export const a = 1\nimport './none.ts'")).toContain("Cell [2], line 4");
    expect(await failing("let a b")).toContain("Cell [2], line 3, column 6");
    expect(await failing("export const a = 1\na = 2")).toContain("Assignment to constant variable");
    expect(await failing("throw new Error('at once')")).toContain("Cell [2], line 3");
  });
});
