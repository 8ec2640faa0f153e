import { describe, expect, it } from "vitest";
import { startSession } from "./session.ts";

// Each declares `name` and says what it then holds.
const declarations: Readonly<Record<string, (name: string, tag: string) => { code: string; read: string }>> =
  {
    let: (name, tag) => ({ code: `let ${name} = "${tag}"`, read: name }),
    const: (name, tag) => ({ code: `const ${name} = "${tag}"`, read: name }),
    var: (name, tag) => ({ code: `var ${name} = "${tag}"`, read: name }),
    class: (name, tag) => ({ code: `class ${name} { static tag = "${tag}" }`, read: `${name}.tag` }),
    function: (name, tag) => ({ code: `function ${name}() { return "${tag}" }`, read: `${name}()` }),
    enum: (name, tag) => ({ code: `enum ${name} { tag = "${tag}" }`, read: `${name}.tag` }),
    import: (name, tag) => ({ code: `import { ${tag} as ${name} } from "./tags.ts"`, read: name }),
    pattern: (name, tag) => ({ code: `const { a: [${name}] } = { a: ["${tag}"] }`, read: name }),
  };
const files = { "tags.ts": 'export const one = "one"; export const two = "two";' };
const kinds = Object.keys(declarations);
const pairs = kinds.flatMap((first) => kinds.map((second) => [first, second] as const));

describe("a name", () => {
  it.each(pairs)("declared by %s may be declared again by %s", async (first, second) => {
    const { value } = startSession(files);
    const before = declarations[first]?.("again", "one");
    const after = declarations[second]?.("again", "two");
    await value(before?.code ?? "");
    expect(await value(before?.read ?? "")).toBe("one");
    await value(`function reader() { return ${after?.read} }`);
    await value(after?.code ?? "");
    expect(await value(after?.read ?? "")).toBe("two");
    // Functions of earlier cells see the new one.
    expect(await value("reader()")).toBe("two");
  });

  it("keeps its value when its new declaration fails", async () => {
    const { value, thrown } = startSession();
    await value("let kept = 1");
    await thrown("let kept = (() => { throw new Error('no') })()");
    expect(await value("kept")).toBe(1);
  });

  it("can be declared after its first declaration failed", async () => {
    const { value, thrown } = startSession();
    await thrown("let late = (() => { throw new Error('no') })()");
    await value("var late");
    await value("late = 2");
    expect(await value("late")).toBe(2);
  });

  it("keeps its value when var declares it again without one", async () => {
    const { value } = startSession();
    await value("let counted = 5");
    expect(await value("var counted; counted")).toBe(5);
    expect(await value("var counted = counted || 1; counted")).toBe(5);
  });
});

describe("an enum declared again", () => {
  it("has only its new members", async () => {
    const { value } = startSession();
    await value("enum Level { low, high }");
    expect(await value("enum Level { off }\nObject.keys(Level)")).toEqual(["0", "off"]);
  });
});

describe("functions and var", () => {
  it("are there before the first statement", async () => {
    const { value } = startSession();
    expect(
      await value(
        "const r = hoisted(2) + typeof later; var later = 1\nfunction hoisted(n: number) { return n * 2 }\nr",
      ),
    ).toBe("4undefined");
  });

  it("reach out of blocks, loops and patterns, as var does", async () => {
    const { value } = startSession();
    const code =
      "for (var i = 0, n = 3; i < n; i++) { var { inner } = { inner: i } }\nif (true) var [x] = [7];\n[i, inner, x]";
    expect(await value(code)).toEqual([3, 2, 7]);
  });

  it("do not join with a line before that has no semicolon", async () => {
    const { value } = startSession();
    expect(await value("const f = (x: unknown) => x\nlet g = f\nvar { a } = { a: 1 };\n[a, g(2)]")).toEqual([
      1, 2,
    ]);
  });
});

describe("assigning to a constant", () => {
  it.each([
    ["of the cell", "const k = 1; k = 2", "[2], line 1, column 14"],
    ["by ++", "const k = 1\nk++", "[2], line 2, column 1"],
    ["by a pattern", "const k = 1; [k] = [2]", "[2], line 1, column 15"],
    ["of an earlier cell", "early = 2", "[2], line 1, column 1"],
  ])("%s is refused before anything runs", async (_, code, place) => {
    const { value, trace } = startSession();
    await value("const early = 1; let ran = false");
    expect(await trace(`${code}; ran = true`)).toContain(`Cell ${place}`);
    expect(await value("ran")).toBe(false);
  });

  it("is not what an inner variable of that name is assigned", async () => {
    const { value } = startSession();
    expect(await value("const k = 1; { let k = 2; k = 3 }; ((k) => { k = 4 })(0); k")).toBe(1);
  });
});

describe("a name that packages look for", () => {
  it.each(["performance", "URL", "process", "self", "window", "require", "module", "undefined"])(
    "%s belongs to the cells alone",
    async (name) => {
      const { value } = startSession();
      const before = (globalThis as Record<string, unknown>)[name];
      expect(await value(`const ${name} = "mine"; ${name}`)).toBe("mine");
      expect(await value(`const { ${name}: a, ...rest } = { ${name}, b: 1 }; [a, typeof ${name}]`)).toEqual([
        "mine",
        "string",
      ]);
      expect((globalThis as Record<string, unknown>)[name]).toBe(before);
    },
  );

  it("can be a function or class with its own name", async () => {
    const { value } = startSession();
    expect(
      await value(
        "function fetch(n: number): number { return n ? fetch(n - 1) : 7 }\n[fetch(2), fetch.name]",
      ),
    ).toEqual([7, "fetch"]);
    expect(await value("class URL { x = 1 }\n[new URL().x, URL.name]")).toEqual([1, "URL"]);
  });
});
