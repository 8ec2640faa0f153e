import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyse } from "../../../kernel/language/analyse.ts";
import { noAnnotations } from "../../../kernel/language/annotations.ts";
import type { Annotations } from "../../../kernel/language/annotations.ts";
import { settle } from "../../../kernel/language/settle.ts";

interface Written {
  readonly variables?: Readonly<Record<string, string>>;
  /** What is inserted at each `|` of the code, in order. */
  readonly insertions?: readonly string[];
  readonly known?: readonly string[];
}

function settled(marked: string, { variables = {}, insertions = [], known = [] }: Written = {}): string {
  const pieces = marked.split("|");
  const at = insertions.map((_text, index) => pieces.slice(0, index + 1).join("").length);
  const annotations: Annotations = {
    variables: new Map(Object.entries(variables)),
    insertions: new Map(insertions.map((text, index) => [at[index] ?? -1, text])),
  };
  return settle(analyse(pieces.join("")), annotations, (name) => known.includes(name)).declarations;
}

describe("settling", () => {
  it("writes the types of variables in place of what they were made from", () => {
    expect(
      settled("const a = f(1), b = g(a); let { c, d: [e] } = h();", {
        variables: { a: "number", b: "{ x: string; }", c: "1[]", e: "Date" },
        known: ["Date"],
      }),
    ).toBe("export const a: number;\nexport const b: { x: string; };\nexport let c: 1[], e: Date;");
  });

  it("keeps initializers whose types would lose something", () => {
    const code =
      'const five = 5; const mode = t ? "a" : "b"; const s = Symbol("s"); const K = class { #p = 1 }; const same = five;';
    expect(settled(code, { variables: { mode: '"a" | "b"' } })).toBe(
      code.replaceAll("const", "\nexport const").trim().replaceAll("; \n", ";\n"),
    );
  });

  it("keeps what was written as it was", () => {
    expect(settled("const a: Map<string, 1> = make(); let b: number = f();")).toBe(
      "export const a: Map<string, 1>;\nexport let b: number;",
    );
  });

  it("lets variables that are empty be anything", () => {
    expect(settled("let a; let b = null; let c = undefined; const d = [];")).toBe(
      "export let a: any;\nexport let b: any;\nexport let c: any;\nexport const d: any[];",
    );
  });

  it("writes no type that refers to a name which nobody knows, or to the variable itself", () => {
    expect(
      settled("const a = f(); const b = x => x;", { variables: { a: "Hidden<string>", b: "typeof b" } }),
    ).toBe("export const a = f();\nexport const b = x => x;");
    expect(settled("const a = f();", { variables: { a: "<T>(x: T) => T" } })).toBe(
      "export const a: <T>(x: T) => T;",
    );
  });

  it("takes the bodies of functions whose answer is written", () => {
    expect(
      settled("/** Doc. */\nfunction f<T>(a: T, b| = g())| { return [a, b]; }", {
        insertions: [": number", ": [T, number]"],
        known: ["T"],
      }),
    ).toBe("/** Doc. */\nexport function f<T>(a: T, b: number = null!): [T, number] {}");
    expect(settled("async function f(): Promise<void> { await g(); }")).toBe(
      "export async function f(): Promise<void> {}",
    );
    expect(settled("function f(a) { return a; }")).toBe("export function f(a) { return a; }");
    expect(
      settled("const f = (a|)| => a + 1;", { variables: { f: "typeof f" }, insertions: [": any", ": any"] }),
    ).toBe("export const f = (a: any): any => null!;");
  });

  it("takes the bodies of methods and the initializers of properties", () => {
    const code =
      "class A<T> extends B { @d() x| = f(); y = 1; z: T = g(); #p = h(); constructor(public q = 1) { super(); run(); } get s()| { return 1; } set s(v) { run(); } m(a: T)| { return a; } static { run(); } on = (e: T)| => { run(e); } }";
    expect(settled(code, { insertions: [": number", ": number", ": T", ": void"], known: ["T"] })).toBe(
      "export class A<T> extends B {  x: number = null!; y = 1; z: T = null!; #p = h(); constructor(public q = 1) {} get s(): number {} set s(v) {} m(a: T): T {}  on = (e: T): void => {} }",
    );
  });

  it("keeps types, enums and namespaces, and drops what runs", () => {
    const code = "interface I { a: 1 }\ntype T = I;\nenum E { A }\nnamespace N { export const x = 1; }";
    expect(settled(`${code}\nrun(); if (x) { run(); }\nexport default run;\nexport { E as F };`)).toBe(
      code.replaceAll(/^/gm, "export "),
    );
  });

  it("makes what var declares in blocks global", () => {
    expect(settled("for (var i = 0; ; ) { try { var [a] = f(); } catch {} }\n(() => { var no; })();")).toBe(
      "export let i: any;\nexport let a: any;",
    );
  });

  it("sets what belongs to the global scope apart", () => {
    const text = "declare global { var x: number; }\nconst a: 1 = 1;\ndeclare module 'm' { }";
    expect(settle(analyse(text), noAnnotations, () => false)).toEqual({
      declarations: "export const a: 1;",
      augmentations: ["declare global { var x: number; }", "declare module 'm' { }"],
    });
  });

  it("takes whatever syntax there is", () => {
    const root = new URL("../../../", import.meta.url);
    for (const folder of ["core", "kernel", "magics", "test"]) {
      for (const path of readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })) {
        if (!path.endsWith(".ts")) continue;
        const text = readFileSync(new URL(`${folder}/${path}`, root), "utf8");
        const { declarations } = settle(analyse(text), noAnnotations, () => true);
        expect(typeof declarations).toBe("string");
      }
    }
  });
});
