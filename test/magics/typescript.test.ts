import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkedView, typescriptView } from "../../magics/typescript.ts";
import type { TypescriptView } from "../../magics/typescript.ts";
import { cells, lineCount, options } from "./support/cells.ts";

describe("typescriptView()", () => {
  it("is the cell itself where there are no magics", () => {
    const code = "const x: number = 1;\nx";
    expect(view(code)).toEqual({ text: code, epilogue: "", scope: "cell", binds: [], mirrors: [] });
  });

  it("keeps the expression of a line magic in place and blanks the rest", () => {
    expect(view("%realize classifier --new 5\nx").text).toBe("void     classifier;       \nx");
  });

  it("keeps an expression from running on into the next line", () => {
    const { text, epilogue, mirrors } = view("%realize a\n(b)");
    expect(text).toBe(";         \n(b)");
    expect(mirrors).toEqual([{ start: 9, end: 10, at: epilogue.indexOf("(a)") + 1 }]);
  });

  it("mirrors a walk in the epilogue, where its lens has a type", () => {
    const code = "%lens classifier.digits.count";
    const { text, epilogue, mirrors } = view(code);
    expect(text.trim()).toBe(";");
    expect(epilogue).toContain("void __lightnix_walk(classifier).digits.count;");
    for (const { start, end, at } of mirrors) {
      expect(epilogue.slice(at, at + end - start)).toBe(code.slice(start, end));
    }
  });

  it("mirrors each of two expressions, but for addresses", () => {
    const code = "%compare a.b, dref:0-x";
    const { epilogue, mirrors } = view(code);
    expect(epilogue).toContain("\nvoid (a.b);\n");
    expect(epilogue).not.toContain("dref");
    expect(mirrors.map(({ start, end }) => code.slice(start, end))).toEqual(["a.b"]);
    expect(view("%compare model ol").mirrors).toHaveLength(2);
    expect(checked("%compare modle older").mirrors).toEqual([]);
  });

  it("shows no address, which is no TypeScript", () => {
    const address = `dref:${"0".repeat(32)}-model`;
    const { text, epilogue, binds } = view(`%realize ${address} --as r`);
    expect(text.trim()).toBe(";");
    expect(epilogue).toContain(`("${address}")`);
    expect(binds).toEqual([{ name: "r", local: "r" }]);
    expect(checked(`%explain ${address}`).text.trim()).toBe(";");
  });

  it("declares what --as binds", () => {
    const { epilogue, binds } = view("%realize classifier --as best1");
    expect(binds).toEqual([{ name: "best1", local: "best1" }]);
    expect(epilogue).toContain("__lightnix_realized0(classifier);\nexport declare var best1: typeof");
  });

  it("makes a stage cell a module with the build of its own config", () => {
    const made = view(
      "%%stage digits\nexport const config = { n: 1 };\nexport default async (build: Build) => {};",
    );
    expect(made.scope).toBe("module");
    expect(made.text.split("\n")[0]).toBe(" ".repeat(14));
    expect(made.epilogue).toContain('type Build = import("lightnix").Build<typeof config>;');
    expect(made.binds).toEqual([{ name: "digits", local: "__lightnix_stage" }]);
    expect(made.epilogue).toContain("export declare const __lightnix_stage");
  });

  it("types the realizer of a stage cell from its context, also while it is being typed", () => {
    const made = view(
      "%%stage digits\nexport const config = { n: 1 };\nexport default async (build) => {\n  build.lens.\n};\n",
    );
    expect(made.text).toContain("export default(async (build) => {\n  build.lens.\n} \n");
    expect(made.epilogue).toContain(') satisfies import("lightnix").Realizer<typeof config>;');
  });

  it("leaves a realizer alone that is not the last statement", () => {
    const body = "\nexport default async (build) => {};\nconst after = 1;";
    expect(view(`%%stage digits${body}`).text).toContain(body);
  });

  it("leaves nothing of a cell that is no TypeScript", () => {
    expect(view("%%nonsense x\nconst y = ;").text).toBe(`${" ".repeat(12)}\n${" ".repeat(11)}`);
  });

  it("never throws, and keeps the length and the lines of any cell", () => {
    fc.assert(
      fc.property(cells, (cell) => {
        const { text, epilogue, mirrors } = view(cell);
        expect(text).toHaveLength(cell.length);
        expect(lineCount(text)).toBe(lineCount(cell));
        for (const { start, end, at } of mirrors) {
          expect(epilogue.slice(at, at + end - start)).toBe(cell.slice(start, end));
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe("checkedView()", () => {
  it("leaves a name or walk that nothing runs before to the magic", () => {
    for (const cell of [
      "%realize modle",
      "// first\n/* all */ \n%lens modle.data.rowz",
      "%realize modle --as r",
    ]) {
      const { text, mirrors } = checked(cell);
      expect(text).not.toContain("mod");
      expect(text).toHaveLength(cell.length);
      expect(mirrors).toEqual([]);
    }
    expect(checked("%realize modle --as r").binds).toEqual([{ name: "r", local: "r" }]);
  });

  it("shows everything else as it is shown otherwise", () => {
    for (const cell of [
      "const a = 1;\n%realize modle",
      "%realize stage(modle)",
      "%lens lens(r).modle",
      "%realize ok\n%realize modle",
      "%%stage a\nexport const config = { b: c };",
    ]) {
      const own = checked(cell).text.split("\n").at(-1);
      expect(own).toBe(view(cell).text.split("\n").at(-1));
    }
  });

  it("shows nothing of a cell whose magic cannot run, which says so itself", () => {
    expect(checked("const r = %realize model").text.trim()).toBe("");
    expect(checked("%realize model 5").text.trim()).toBe("");
  });

  it("never throws, and keeps the length and the lines of any cell", () => {
    fc.assert(
      fc.property(cells, (cell) => {
        const { text } = checked(cell);
        expect(text).toHaveLength(cell.length);
        expect(lineCount(text)).toBe(lineCount(cell));
      }),
      { numRuns: 500 },
    );
  });
});

function checked(cell: string): TypescriptView {
  return checkedView(cell, options);
}

function view(cell: string): TypescriptView {
  return typescriptView(cell, options);
}
