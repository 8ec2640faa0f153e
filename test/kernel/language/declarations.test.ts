import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openNotebook } from "./notebook.ts";

describe("a later cell sees of an earlier cell", () => {
  it("values with their inferred types", async () => {
    const { run, typeOf } = openNotebook();
    await run("const rows = [1, 2].map((id) => ({ id, name: String(id) }));\nlet total = rows.length;");
    expect(await typeOf("rows")).toBe("{ id: number; name: string; }[]");
    expect(await run("total = rows[0].id;")).toEqual([]);
    expect(await run('total = "many";')).toEqual([
      "0:0 2322 Type 'string' is not assignable to type 'number'.",
    ]);
  });

  it("that a constant cannot be assigned to", async () => {
    const { run } = openNotebook();
    await run("const size = [1].length;");
    expect(await run("size = 2;")).toHaveLength(1);
  });

  it("literals that widen as they do in one cell", async () => {
    const { run } = openNotebook();
    await run(
      'const five = 5; const mode = Math.random() > 0.5 ? "train" : "test"; const fixed = "a" as const;',
    );
    expect(await run('let count = five; count += 1; let other = mode; other = "off";')).toEqual([]);
    expect(await run("const exact: 5 = five;")).toEqual([]);
  });

  it("the declared type of a variable and not the one that the flow of its cell left", async () => {
    const { run, typeOf } = openNotebook();
    await run("let found: string | undefined = 'x';\nlet either = Math.random() > 2 ? 1 : 'a';\neither = 3;");
    expect(await run("found = undefined;")).toEqual([]);
    expect(await typeOf("either")).toBe("string | number");
  });

  it("variables that were empty at first", async () => {
    const { run } = openNotebook();
    expect(await run("let best = null;\nlet later;\nconst list = [];")).toEqual([]);
    expect(await run("best = { score: 1 };\nlater = 'x';\nlist.push(1);")).toEqual([]);
    expect(await run("best.score + list[0];")).toEqual([]);
  });

  it("destructured names", async () => {
    const { run, typeOf } = openNotebook();
    await run(
      "const { a, b: [c], ...rest } = { a: 1, b: ['x'], d: true, e: 2 };\nlet [first = 1, , last] = [1, 2, 3];",
    );
    expect(await typeOf("[a, c] as const")).toBe("readonly [number, string]");
    expect(await typeOf("rest")).toBe("{ d: boolean; e: number; }");
    expect(await run("first = last;")).toEqual([]);
  });

  it("functions: generic, overloaded, asynchronous, generators, predicates, arrows", async () => {
    const { run, typeOf } = openNotebook();
    await run(
      [
        "function pair<T>(value: T, times = 2) { return { value, times }; }",
        "function pick(key: string): string; function pick(key: number): number;",
        "function pick(key: any): any { return key; }",
        "async function later() { return pair(1); }",
        "function* count() { yield 1; }",
        "function isText(value: unknown): value is string { return typeof value === 'string'; }",
        "function assertText(value: unknown): asserts value is string {}",
        "const double = (n: number) => n * 2; const id = <T>(x: T) => x; const bare = async x => [x];",
      ].join("\n"),
    );
    expect(await typeOf("pair('a')")).toBe("{ value: string; times: number; }");
    expect(await typeOf("[pick(1), pick('a')] as const")).toBe("readonly [number, string]");
    expect(await typeOf("await later()")).toBe("{ value: number; times: number; }");
    expect(await typeOf("[...count()]")).toBe("number[]");
    expect(await typeOf("[double(1), id(true)] as const")).toBe("readonly [number, true]");
    expect(await typeOf("bare(1)")).toBe("Promise<any[]>");
    expect(
      await run(
        "let unsure: unknown = 1;\nif (isText(unsure)) unsure.length;\nassertText(unsure); unsure.trim();",
      ),
    ).toEqual([]);
    expect(await run("pick(true);")).toHaveLength(1);
  });

  it("classes as values and as types, with their generics, private members and accessors", async () => {
    const { run, typeOf } = openNotebook();
    await run(
      [
        "class Box<T> {",
        "  #hidden = 1; private secret = 2; static made = [1];",
        "  items = [] as T[]; label = 'a'; handler = (n: number) => this.label + n;",
        "  constructor(public first: T, protected rest = new Map<string, T>()) {}",
        "  get size() { return this.items.length; }",
        "  map<U>(f: (item: T) => U) { return new Box(f(this.first)); }",
        "  static { Box.made.push(2); }",
        "}",
        "abstract class Shape { abstract area(): number; twice() { return this.area() * 2; } }",
      ].join("\n"),
    );
    expect(await typeOf("new Box(1).map(String)")).toBe("Box<string>");
    expect(await typeOf("[new Box(1).size, new Box(1).handler(1), Box.made] as const")).toBe(
      "readonly [number, string, number[]]",
    );
    expect(
      await run("class Big extends Box<string> { total() { return this.size + this.rest.size; } }"),
    ).toEqual([]);
    expect(await run("const big: Box<string> = new Big('x');\nbig.secret;")).toEqual([
      "1:4 2341 Property 'secret' is private and only accessible within class 'Box<T>'.",
    ]);
    expect(await run("new Shape();")).toHaveLength(1);
  });

  it("interfaces, type aliases, enums and namespaces", async () => {
    const { run } = openNotebook();
    await run(
      [
        "interface Point<T = number> { x: T; y?: T }",
        "type Pair<T> = [T, T];",
        "enum Color { Red, Green = 'g' }",
        "namespace Geo { export const origin: Point = { x: 0 }; export type Line = Pair<Point>; }",
      ].join("\n"),
    );
    expect(
      await run("const line: Geo.Line = [Geo.origin, { x: 1, y: 2 }];\nconst hue: Color = Color.Green;"),
    ).toEqual([]);
    expect(await run("const bad: Pair<Point<string>> = [{ x: 1 }, { x: 'a' }];\nColor.Blue;")).toHaveLength(
      2,
    );
  });

  it("imports: default, named, renamed, namespace, type and require", async () => {
    const { run } = openNotebook();
    const imports = [
      "import path from 'node:path'; import { statSync as stat } from 'node:fs'; import * as os from 'node:os';",
      "import type { Stats } from 'node:fs'; import { type Dirent, default as whole } from 'node:fs';",
      "import events = require('node:events'); import assert from 'node:assert';",
    ];
    expect(await run(imports.join("\n"))).toEqual([]);
    expect(
      await run(
        "const stats: Stats = stat('x'); os.cpus()[0].model; path.join('a'); new events(); assert(true); whole.statSync('x');",
      ),
    ).toEqual([]);
    expect(await run("stat(1); const entry: Dirent = 1; const parsed: path.ParsedPath = 1;")).toHaveLength(3);
  });

  it("types of modules that it did not import", async () => {
    const notebook = openNotebook();
    writeFileSync(
      join(notebook.folder, "model.ts"),
      [
        "import { Inner } from './inner.ts';",
        "class Hidden { private key = 1; }",
        "export interface Model { layers: Inner[] }",
        "export const load = async (): Promise<Model> => ({ layers: [] });",
        "export const inner = () => new Inner(); export const hide = () => new Hidden(); export const open = (h: Hidden) => h;",
      ].join("\n"),
    );
    writeFileSync(join(notebook.folder, "inner.ts"), "export class Inner { private secret = 1; value = 1; }");
    await notebook.run(
      "import { load, inner, hide, open } from './model.ts';\nconst model = await load();\nconst part = inner();",
    );
    await notebook.run("const hidden = hide();");
    expect(await notebook.run("model.layers.push(part);\nopen(hidden);\npart.value.toFixed();")).toEqual([]);
    expect(await notebook.run("model.layer;\npart.secret;\nopen({});")).toHaveLength(3);
  });

  it("what it adds to the global scope", async () => {
    const { run } = openNotebook();
    await run("declare global { var answer: number; interface Array<T> { second(): T } }");
    expect(await run("answer.toFixed(); [1, 2].second().toFixed();")).toEqual([]);
  });

  it("its documentation", async () => {
    const { run, inspect } = openNotebook();
    await run("/** Adds up. */\nfunction add(a: number, b: number) { return a + b; }");
    expect(await inspect("ad|d")).toContain("Adds up.");
  });

  it("variables of blocks that var makes global", async () => {
    const { run } = openNotebook();
    await run("if (true) { var inside = 1; let local = 2; }\nfor (var i = 0; i < 2; i++) {}");
    expect(await run("inside + i;")).toEqual([]);
    expect(await run("local;")).toHaveLength(1);
  });
});

describe("a name that is declared again", () => {
  it("has its latest type, whatever it was before", async () => {
    const { run, typeOf } = openNotebook();
    await run("const thing = 1;\nfunction make() { return thing; }");
    expect(await run("let thing = 'text';")).toEqual([]);
    expect(await run("class thing {}")).toEqual([]);
    expect(await run("new thing();")).toEqual([]);
    expect(await typeOf("make()")).toBe("number");
  });

  it("is, for the cells before, what it was for them", async () => {
    const { run, typeOf } = openNotebook();
    await run("class Row { id = 1; }");
    await run("const rows = [new Row()];");
    await run("class Row { name = 'a'; }");
    expect(await typeOf("rows[0].id")).toBe("number");
    expect(await typeOf("new Row().name")).toBe("string");
  });

  it("may be made from what it was", async () => {
    const { run, typeOf } = openNotebook();
    await run("let data = [1, 2];");
    expect(await run("data = data.map((n) => n + 1);")).toEqual([]);
    expect(await run("var text = data.join();\nvar data2 = text;")).toEqual([]);
    expect(await typeOf("data2")).toBe("string");
  });

  it("survives that its cell is run many times", async () => {
    const { run, typeOf } = openNotebook();
    await run("class Row { id = 1; }\nconst keep = new Row();");
    for (let time = 0; time < 150; time += 1) await run(`const value = keep.id + ${time};`);
    expect(await typeOf("[keep, value] as const")).toBe("readonly [Row, number]");
  });

  it("hides what Node has under that name", async () => {
    const { run, typeOf } = openNotebook();
    await run("class Map { mine = 1; }\nconst name = 'n'; const fetch = 3;");
    expect(await typeOf("[new Map().mine, fetch] as const")).toBe("readonly [number, 3]");
  });
});

describe("the host", () => {
  it("shows values with types that it names", async () => {
    const folder = openNotebook().folder;
    const declarations = join(folder, "types", "lib.d.ts");
    mkdirSync(join(folder, "types"));
    writeFileSync(
      declarations,
      "export interface Stage<C> { config: C }\nexport declare function make<C>(c: C): Stage<C>;",
    );
    const { language, run, typeOf } = openNotebook({
      paths: { library: [declarations] },
      ambient: 'declare const make: typeof import("library").make;',
    });
    await language.define("stage", 'import("library").Stage<{ lr: number }>');
    expect(await typeOf("stage.config.lr")).toBe("number");
    expect(await run("import { make as again } from 'library';\nstage = again({ lr: 1 });")).toEqual([]);
    await run("const other = make({ depth: [stage] });");
    expect(await typeOf("other.config.depth[0].config")).toBe("{ lr: number; }");
    await language.define("stage", "string");
    expect(await typeOf("stage")).toBe("string");
  });

  it("forgets everything on demand", async () => {
    const { language, run } = openNotebook();
    await run("const x = [1].length; import fs from 'node:fs';");
    await language.reset();
    expect(await run("x; fs;")).toHaveLength(2);
    expect(await run("const y = 1;")).toEqual([]);
  });
});
