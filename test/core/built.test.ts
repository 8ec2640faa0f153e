import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { concat, filter, firstValueFrom, from, isObservable, map, of, take, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import type * as Core from "../../core/index.ts";
import { builtFile } from "../../core/built-file.ts";
import { freshFolder } from "./fresh-store.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const core = (await import(pathToFileURL(builtFile("core/index.js")).href)) as typeof Core;

describe("the built library", () => {
  it("calls its functions and classes by the names that it exports them by", () => {
    const renamed = Object.entries(core).filter(([name, value]) => value.name !== name);
    expect(renamed).toEqual([]);
  });

  it("combines its streams with the operators of the user's own rxjs", async () => {
    const store = core.openStore({ root: freshFolder(), durable: false });
    const target = core.stage({ name: "a", config: {}, realize: () => undefined });
    const events = core.realize$(target, { store });
    expect(isObservable(events)).toBe(true);
    const types = concat(of({ type: "first" }), from(events)).pipe(
      map(({ type }) => type),
      filter((type) => type !== "planned"),
      toArray(),
    );
    expect(await firstValueFrom(types)).toEqual(["first", "started", "built", "matched", "done"]);
  });

  it("stops a realization when an operator of the user's own rxjs has enough", async () => {
    const store = core.openStore({ root: freshFolder(), durable: false });
    let signal: AbortSignal | undefined;
    const target = core.stage({
      name: "a",
      config: {},
      async realize(build) {
        ({ signal } = build);
        build.log("begun");
        await new Promise((_, reject) => build.signal.addEventListener("abort", reject));
      },
    });
    const begun = core.realize$(target, { store }).pipe(
      filter(({ type }) => type === "log"),
      take(1),
    );
    await firstValueFrom(begun);
    expect(signal?.aborted).toBe(true);
  });

  it("carries the licenses of the packages that are inside", () => {
    const licenses = readFileSync(join(root, "dist/LICENSES.txt"), "utf8");
    expect(licenses).toMatch(/^fast-json-stable-stringify\n[^]*^rxjs\n[^]*Apache License/m);
  });
});

describe("builtFile()", () => {
  it("says what to do when the module that is to be run is no entry of the build", () => {
    expect(() => builtFile("core/errors.js")).toThrow(
      `Cannot run "core/errors.js": there is no "${join(root, "dist/core/errors.js")}". "npm run build" makes it, if it is an entry of build.mjs`,
    );
    expect(() => builtFile("core/errors.js")).toThrow(expect.objectContaining({ code: "not-built" }));
  });
});
