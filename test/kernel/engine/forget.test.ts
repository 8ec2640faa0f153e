import { describe, expect, it } from "vitest";
import { startSession } from "./session.ts";

describe("forget()", () => {
  it("makes names undefined again, whatever declared them, and lets cells declare them anew", async () => {
    const { engine, value, trace } = startSession({ "one.ts": "export const imported = 1;" });
    await value(
      'let a = 1; const b = 2; var c = 3; class D {}\nfunction e() {}\nimport { imported } from "./one.ts"',
    );
    engine.define("f", 6);
    const names = ["a", "b", "c", "D", "e", "imported", "f"];
    expect(new Set(engine.forget())).toEqual(new Set(names));
    for (const name of names) {
      expect(await value(`typeof ${name}`)).toBe("undefined");
      expect(engine.lookup(name)).toBeUndefined();
      expect(await trace(`${name} + 1`)).toContain(`ReferenceError: ${name} is not defined`);
    }
    await value("const a = 'new'; class D { static tag = a }\nfunction e() { return D.tag }");
    expect(await value("e()")).toBe("new");
    expect(await value("({ a, D: D.name, e: e.name })")).toEqual({ a: "new", D: "D", e: "e" });
    expect(await value("e.toString()")).toBe("function e() { return D.tag }");
  });

  it("leaves names as they were typed in what V8 says of them", async () => {
    const { engine, trace, value } = startSession();
    await value("let it = {}");
    engine.forget();
    await value("const it: any = {}");
    expect(await trace("it()")).toContain("TypeError: it is not a function");
    expect(await trace("it.go(1)")).toContain("TypeError: it.go is not a function");
    expect(await trace("new it.Go()")).toContain("TypeError: it.Go is not a constructor");
    expect(await trace("[...it]")).toMatch(/TypeError: (?:it|Spread syntax)/u);
    expect(await trace("it2 = (() => { throw new TypeError('it\u02B9s') })()")).toContain("it\u02B9s");
  });

  it("forgets again and again", async () => {
    const { engine, value } = startSession();
    for (const round of [1, 2, 3]) {
      expect(await value("typeof again")).toBe("undefined");
      expect(await value(`const again = ${round}; again`)).toBe(round);
      expect(await value("(() => again)()")).toBe(round);
      engine.forget(["again"]);
    }
  });

  it("takes only the names that it is given", async () => {
    const { engine, value } = startSession();
    await value("let some = 1, others = 2");
    expect(engine.forget(["some", "never"])).toEqual(["some"]);
    expect(await value("[typeof some, others]")).toEqual(["undefined", 2]);
  });

  it("gives a global and what was provided back", async () => {
    const { engine, value } = startSession();
    engine.provide("display", "the kernel's");
    await value("const performance = 1, display = 2, require = 3");
    expect(engine.forget().toSorted()).toEqual(["display", "performance", "require"]);
    expect(await value("[typeof performance.now, display, typeof require]")).toEqual([
      "function",
      "the kernel's",
      "function",
    ]);
    expect(engine.forget()).toEqual([]);
    expect(await value("const performance = 4; performance")).toBe(4);
  });

  it("spares what the running cell declares", async () => {
    const { engine, value } = startSession();
    await value("const before = 1");
    engine.provide("reset", () => engine.forget());
    expect(await value("const own = 2;\nreset();\nconst late = 3;\n[own, late, typeof before]")).toEqual([
      2,
      3,
      "undefined",
    ]);
    expect(await value("[own, late]")).toEqual([2, 3]);
  });
});
