import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { startSession } from "./session.ts";

const h =
  "const h = (tag: unknown, props: object | null, ...children: unknown[]) => ({ tag, props, children });";

describe("decorators", () => {
  const traced = `function traced(method: Function, { name }: ClassMethodDecoratorContext) {
    return function (this: unknown, ...args: unknown[]) { calls.push(String(name)); return method.apply(this, args); };
  }`;

  it("of the standard wrap methods, fields and accessors", async () => {
    const { value } = startSession();
    await value(`const calls: string[] = [];\n${traced}`);
    await value(`class Model {
      @traced fit(n: number) { return n * 2; }
      accessor epochs = 3;
      static #count = 0;
      static made() { return ++Model.#count; }
    }`);
    expect(
      await value("const m = new Model(); m.epochs += 1; [m.fit(4), m.epochs, Model.made(), calls]"),
    ).toEqual([8, 4, 1, ["fit"]]);
  });

  it("of one cell, or one run, know nothing of another's", async () => {
    const { value } = startSession();
    await value(
      "const plus = (n: number) => (_: undefined, __: ClassFieldDecoratorContext) => (v: number) => v + n;",
    );
    await value("class A { @plus(1) x = 0; accessor y = 10 }\nconst first = new A();");
    await value("class B { @plus(100) x = 0; accessor y = 20 }");
    await value("class A { @plus(7) x = 0; accessor y = 30 }");
    expect(
      await value("[new A().x, new B().x, first.constructor.name, first.x, first.y, new A().y]"),
    ).toEqual([7, 100, "A", 1, 10, 30]);
    expect(await value("new (first.constructor as any)().x")).toBe(1);
  });

  it("are the older ones where tsconfig.json asks for these, in cells and in modules", async () => {
    const { value, write } = startSession({
      "tsconfig.json": '{ "compilerOptions": { "experimentalDecorators": true } }',
      "seal.ts": `export function seal(target: Function) { Object.assign(target, { sealed: true }); }
        @seal export class Box { constructor(@inject private readonly n: number) {} get() { return this.n; } }
        function inject(target: object, _key: unknown, index: number) { Object.assign(target, { index }); }`,
    });
    await value('import { seal, Box } from "./seal";');
    expect(
      await value(
        "@seal class Mine {}\n[(Mine as any).sealed, (Box as any).sealed, (Box as any).index, new Box(4).get()]",
      ),
    ).toEqual([true, true, 0, 4]);
    write("tsconfig.json", "{}");
    expect(
      await value(
        "let kind = ''; const tell = (_: unknown, c: { kind: string }) => { kind = c.kind; };\n@tell class C {}\nkind",
      ),
    ).toBe("class");
  });

  it("leave no frames of the compiler's in a traceback", async () => {
    const { trace } = startSession();
    const text = await trace(
      `const bad = (_: unknown, c: unknown) => {\n  throw new RangeError("no");\n};\n@bad class C {}`,
    );
    expect(text).toMatch(/^RangeError: no\n {2}Cell \[1\], line 2 in bad/u);
    expect(text).not.toMatch(/line 0|__decorat/u);
  });
});

describe("elements", () => {
  it("call the factory that a pragma names", async () => {
    const { value } = startSession();
    await value(h);
    expect(await value("/** @jsx h */\nconst who: string = 'x';\n<b id={who}>{1 + 1}</b>")).toEqual({
      tag: "b",
      props: { id: "x" },
      children: [2],
    });
  });

  it("call the factory that tsconfig.json names", async () => {
    const { value } = startSession({
      "tsconfig.json":
        '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h", "jsxFragmentFactory": "F" } }',
    });
    await value(`${h}\nconst F = "fragment";`);
    expect(await value("<><i/></>")).toMatchObject({ tag: "fragment", children: [{ tag: "i" }] });
  });

  it("come from the runtime of the module that is named, React's by default", async () => {
    const runtime =
      "export const jsx = (tag, props) => ({ tag, props, from: import.meta.url.split('/').at(-3) });";
    const files = {
      "node_modules/react/package.json":
        '{ "name": "react", "type": "module", "exports": { "./jsx-runtime": "./jsx-runtime/index.js" } }',
      "node_modules/react/jsx-runtime/index.js": runtime,
      "node_modules/tiny/package.json":
        '{ "name": "tiny", "type": "module", "exports": { "./jsx-runtime": "./jsx-runtime/index.js" } }',
      "node_modules/tiny/jsx-runtime/index.js": runtime,
      "view.tsx": "export const View = ({ n }: { n: number }) => <p>{n}</p>;",
    };
    const { value } = startSession(files);
    expect(await value("<b/>")).toEqual({ tag: "b", props: {}, from: "react" });
    expect(await value("/** @jsxImportSource tiny */ <b/>")).toMatchObject({ from: "tiny" });
    expect(await value('import { View } from "./view";\nView({ n: 3 })')).toMatchObject({
      tag: "p",
      props: { children: 3 },
    });
    // A name of the user's own is not the runtime's.
    expect(await value("const jsx = 1; const el = <b/>;\n[jsx, el.from]")).toEqual([1, "react"]);
  });

  it("say which package is missing", async () => {
    const { thrown } = startSession();
    expect(await thrown("<b/>")).toMatchObject({
      code: "module-not-found",
      message: expect.stringMatching(/^Cannot import "react\/jsx-runtime": .*npm install react$/u) as string,
    });
  });

  it("leave generics and assertions what they are", async () => {
    const { value } = startSession();
    expect(await value("const id = <T>(x: T): T => x; const n = <number>id(3); id<number>(n)")).toBe(3);
    await value(h);
    expect(await value("/** @jsx h */ const same = <T,>(x: T): T => x; same(<b/>)")).toMatchObject({
      tag: "b",
    });
  });

  it("keep lines and columns in tracebacks", async () => {
    const { trace, value } = startSession();
    await value(h);
    const text = await trace("/** @jsx h */\nconst box = <a>\n  {missing}\n</a>;");
    expect(text).toContain("  > 3 |   {missing}\n      |    ^");
  });
});

describe("using", () => {
  const open = `const events: string[] = [];
    const open = (name: string) => ({ name, [Symbol.dispose]() { events.push(name); } });
    const openAsync = (name: string) => ({ name, async [Symbol.asyncDispose]() { await null; events.push(name); } });`;

  it("disposes at the end of the cell, in reverse, and the cell has its value and names", async () => {
    const { value } = startSession();
    await value(open);
    expect(
      await value(
        "using a = open('a'); await using b = openAsync('b');\nconst kept = a.name + b.name;\nkept + events.length",
      ),
    ).toBe("ab0");
    expect(await value("[kept, events]")).toEqual(["ab", ["b", "a"]]);
  });

  it("disposes in blocks, loops, functions and modules, also when they throw", async () => {
    const { value, thrown } = startSession({
      "res.ts":
        "export const log: string[] = [];\nexport function f() { using x = { [Symbol.dispose]() { log.push('f'); } }; return log.length; }",
    });
    await value(open);
    await value("for (const n of ['1', '2']) { using x = open(n); }\n{ await using y = openAsync('3'); }");
    await thrown("{ using z = open('4'); throw new Error('x'); }");
    expect(await value("events")).toEqual(["1", "2", "3", "4"]);
    expect(await value('import { f, log } from "./res";\n[f(), ...log]')).toEqual([0, "f"]);
  });
});

describe("the compiler's process", () => {
  it("is started again when it was killed", async () => {
    const { value } = startSession();
    expect(await value("enum A { x = 1 }\nA.x")).toBe(1);
    const compilers = execFileSync("pgrep", ["-P", String(process.pid), "-f", "--", "--service="], {
      encoding: "utf8",
    });
    for (const pid of compilers.trim().split("\n")) process.kill(Number(pid), "SIGKILL");
    expect(await value("enum B { x = 2 }\nB.x")).toBe(2);
    expect(await value("enum C { x = 3 }\nC.x")).toBe(3);
  });
});

describe("what TypeScript has of its own", () => {
  it("works as in a compiled file", async () => {
    const { value } = startSession();
    await value(
      "enum Color { Red, Green = 'g' }\nconst enum Size { S = 1, L = S << 3 }\nnamespace Geo { export const pi = 3; export namespace Deep { export const e = 2; } }",
    );
    expect(await value("[Color[0], Color.Green, Size.L, Geo.pi, Geo.Deep.e]")).toEqual(["Red", "g", 8, 3, 2]);
    expect(
      await value(
        "abstract class Base { constructor(protected readonly n: number) {} abstract m(): number; }\nclass D extends Base { override m() { return this.n; } }\nnew D(5).m()",
      ),
    ).toBe(5);
    expect(await value("const point = { x: 1 } satisfies Record<string, number>; point.x as const")).toBe(1);
    expect(
      await value(
        "namespace Types { export type A = number }\nimport type { Stats } from 'node:fs';\nimport { type Dirent, sep } from 'node:path';\nlet size: Types.A = 4; size!",
      ),
    ).toBe(4);
    expect(
      await value(
        "declare global { interface Window { n: number } }\ndeclare const nothing: number;\nfunction over(a: string): string;\nfunction over(a: any) { return a; }\nover('x')",
      ),
    ).toBe("x");
    expect(await value("import fs = require('node:fs');\ntypeof fs.readFileSync")).toBe("function");
  });

  it("gives a cell that ends in a declaration no value", async () => {
    const { engine } = startSession();
    for (const code of [
      "namespace N { export const z = 1 }",
      "1; enum E { a }",
      "@((c: unknown) => {}) class C {}",
      "5; using x = null;",
    ]) {
      expect([code, await engine.evaluate(code)]).toMatchObject([code, { status: "ok", hasValue: false }]);
    }
  });

  it("is told with its place when it is wrong", async () => {
    const { thrown } = startSession();
    expect(await thrown("enum A { x = }\n")).toMatchObject({ code: "syntax", problems: [{ line: 1 }] });
    expect(await thrown("const a = 1;\nclass D { @ x() {} }")).toMatchObject({
      code: "syntax",
      problems: [{ line: 2 }],
    });
    expect(await thrown("/** @jsx h */\n<a>\n</b>")).toMatchObject({
      code: "syntax",
      problems: [{ line: 3 }],
    });
  });
});

describe("the metadata of decorators", () => {
  const config = '{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }';
  // As reflect-metadata has it.
  const reflect = `const kept = new Map<unknown, Map<unknown, Record<string, unknown>>>();
    const at = (target: object, key: unknown) => {
      const ofTarget = kept.get(target) ?? new Map(); kept.set(target, ofTarget);
      const ofKey = ofTarget.get(key) ?? {}; ofTarget.set(key, ofKey); return ofKey;
    };
    Object.assign(Reflect, { metadata: (kind: string, value: unknown) => (target: object, key?: unknown) => { at(target, key)[kind] = value; } });
    const told = (target: object, key?: unknown) => at(target, key);
    function field(..._: any[]): any {} function inject(..._: any[]): any {}`;

  afterEach(() => void Reflect.deleteProperty(Reflect, "metadata"));

  it("tells the types of fields, accessors, methods and constructors, as the compiler does", async () => {
    const { value } = startSession({ "tsconfig.json": config });
    await value(reflect);
    await value("class Address {} interface Shape { a: 1 } namespace Space { export class Inner {} }");
    await value(`type Name = string; enum Level { Low, High } enum Word { A = "a" }
      @field class User<T> {
        @field name: Name = ""; @field age?: number; @field tags: readonly string[] = []; @field address!: Address;
        @field shape!: Shape; @field level!: Level; @field word!: Word; @field when!: Date; @field any: any; @field plain = 1;
        @field mixed!: string | number; @field same!: "a" | "b"; @field maybe!: string | null; @field inner!: Space.Inner;
        @field own!: T; @field later!: Later; @field call!: () => void; @field big!: bigint; untold!: string;
        @field get full(): string { return this.name; }
        @field async load(id: number, ...rest: Address[]): Promise<void> {}
        @field run(by = 3, @inject other: Address) {}
        constructor(private readonly home: Address, @inject count: number) {}
      }
      class Later {}
      class Bare { constructor(@inject home: Address) {} }
      class Untold { constructor(home: Address) {} }`);
    const types = (await value(
      `Object.fromEntries(["name", "age", "tags", "address", "shape", "level", "word", "when", "any", "plain", "mixed", "same", "maybe", "inner",
        "own", "later", "call", "big", "untold", "full"].map((key) => [key, (told(User.prototype, key)["design:type"] as Function)?.name]))`,
    )) as Record<string, unknown>;
    expect(types).toEqual({
      name: "String",
      age: "Number",
      tags: "Array",
      address: "Address",
      shape: "Object",
      level: "Number",
      word: "String",
      when: "Date",
      any: "Object",
      plain: "Object",
      mixed: "Object",
      same: "String",
      maybe: "Object",
      inner: "Inner",
      own: "Object",
      later: "Object",
      call: "Function",
      big: "BigInt",
      untold: undefined,
      full: "String",
    });
    expect(
      await value(`const names = (list: unknown) => (list as Function[]).map((one) => one?.name);
        const [load, run] = [told(User.prototype, "load"), told(User.prototype, "run")];
        [names(load["design:paramtypes"]), (load["design:returntype"] as Function).name, (load["design:type"] as Function).name,
         names(run["design:paramtypes"]), run["design:returntype"], names(told(User)["design:paramtypes"]),
         names(told(Bare)["design:paramtypes"]), told(Untold)["design:paramtypes"]]`),
    ).toEqual([
      ["Number", "Address"],
      "Promise",
      "Function",
      ["Object", "Address"],
      undefined,
      ["Address", "Number"],
      ["Address"],
      undefined,
    ]);
  });

  it("is there in local modules, and takes interfaces that are imported for what they are", async () => {
    const { value } = startSession({
      "tsconfig.json": config,
      "types.ts": "export interface Weapon { hit(): void }\nexport class Katana { sharp = true }",
      "ninja.ts":
        'import { Weapon, Katana } from "./types.ts";\nfunction field(..._: any[]): any {}\nexport class Ninja { @field katana!: Katana; @field weapon!: Weapon; }',
    });
    await value(reflect);
    await value('import { Ninja } from "./ninja.ts"; import { Weapon, Katana } from "./types.ts";');
    await value("class Samurai { @field katana!: Katana; @field weapon!: Weapon; }");
    for (const name of ["Ninja", "Samurai"]) {
      expect(
        await value(
          `["katana", "weapon"].map((key) => (told(${name}.prototype, key)["design:type"] as Function).name)`,
        ),
      ).toEqual(["Katana", "Object"]);
    }
  });

  it("is nothing without reflect-metadata, and leaves all else where it was typed", async () => {
    const { value, trace } = startSession({ "tsconfig.json": config });
    await value("function field(..._: any[]): any {}");
    expect(await value("class A { @field x: string = 'x'; }\nnew A().x")).toBe("x");
    expect(await trace("class B { @field x: string = nope(); y = 1 }\nnew B()")).toMatch(
      /> 1 \| class B \{ @field x: string = nope\(\); y = 1 \}\n\s+\| {30}\^/u,
    );
  });
});
