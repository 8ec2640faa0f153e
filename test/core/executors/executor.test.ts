import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { inProcess, realize, stage, type Build, type BuildTask, type Executor } from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

const model = stage({
  name: "model",
  config: { size: 3 },
  async realize(build) {
    build.log(`size ${build.config.size}`);
    await writeFile(build.path("size"), String(build.config.size));
  },
});

describe("an executor given to realize()", () => {
  it("is handed every run, and what it resolves with is in the record", async () => {
    const store = freshStore();
    const tasks: BuildTask[] = [];
    const executor: Executor = {
      name: "watching",
      run: async (task) => {
        tasks.push(task);
        await inProcess().run(task);
        return { executor: "watching" };
      },
    };
    const rref = await realize(model, { store, executor, args: 7 });
    expect(tasks.map(({ derivation, args }) => [derivation.name, args])).toEqual([["model", 7]]);
    expect(store.buildRecord(rref)).toMatchObject({ executor: "watching", pid: process.pid });
    expect(store.log(rref)).toBe("size 3\n");
    await realize(model, { store, executor });
    expect(tasks).toHaveLength(1);
  });

  it("fails the build when it rejects, as the realizer would", async () => {
    const executor: Executor = { name: "broken", run: () => Promise.reject(new Error("no process left")) };
    await expect(realize(model, { store: freshStore(), executor })).rejects.toMatchObject({
      code: "build-failed",
      message: expect.stringContaining('Cannot build "model": no process left'),
    });
  });
});

describe("a realizer that returns data", () => {
  const logOf = async (run: (build: Build) => unknown): Promise<string> => {
    const store = freshStore();
    return store.log(await realize(stage({ name: "returns", config: {}, realize: run }), { store }));
  };

  it("is told that it is kept nowhere, when there is no artifact", async () => {
    expect(await logOf(async () => ({ accuracy: 0.9 }))).toBe(
      'The realizer returned data and made no artifact. What it returns is kept nowhere: write it to a file, as writeFile(build.path("result.json"), JSON.stringify(result))\n',
    );
    expect(await logOf(() => [1, 2])).toContain("kept nowhere");
    expect(await logOf(() => new Float32Array(50_000_000))).toContain("kept nowhere");
  });

  it("is told nothing when it has made artifacts, or when what it returns is no data of its own", async () => {
    const both = (build: Build) => writeFile(build.path("size"), "1").then(() => ({ size: 1 }));
    expect(await logOf(both)).toBe("");
    expect(await logOf((build) => build.exec("true"))).toBe("");
    expect(await logOf((build) => build.display({ "text/plain": "x" }))).toBe("");
    expect(await logOf(() => [undefined])).toBe("");
    expect(await logOf(() => undefined)).toBe("");
    const broken = {
      get loss(): number {
        throw new Error("not computed");
      },
    };
    expect(await logOf(() => broken)).toBe("");
  });
});
