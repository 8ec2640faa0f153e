import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepareCell } from "../../magics/parse.ts";
import type { PreparedCell } from "../../magics/parse.ts";
import { cells, lineCount, options } from "./support/cells.ts";

const call = 'await globalThis[Symbol.for("lightnix.magic")]';

describe("prepareCell()", () => {
  it("leaves a cell without magics as it is", () => {
    expect(prepared("const x = 10\n  % y;\nx")).toEqual({
      kind: "code",
      text: "const x = 10\n  % y;\nx",
      hasMagics: false,
      clocks: 0,
    });
  });

  it("replaces a line magic by an awaited call with its expression in place", () => {
    expect(codeOf("const r = 1\n%realize classifier --new 5\nr")).toBe(
      `const r = 1\n${call}("realize", " classifier --new 5", async () => (classifier));\nr`,
    );
  });

  it("takes %name at a line start for a magic when what precedes it is complete", () => {
    expect(codeOf("const x = 10\n%store")).toContain('("store", "")');
  });

  it("takes %name for an operator when what precedes it goes on", () => {
    const code = "const rest = (10\n%store\n);";
    expect(codeOf(code)).toBe(code);
  });

  it("finds no magic in a template, a comment or a string", () => {
    for (const code of ["const t = `\n%store\n`;", "/*\n%store\n*/", "const s = 'a\\\n%store';"]) {
      expect(codeOf(code)).toBe(code);
    }
  });

  it("takes an unknown %name for code where that is TypeScript", () => {
    expect(codeOf("x\n%y")).toBe("x\n%y");
  });

  it("takes an indented magic where the cell is not TypeScript otherwise", () => {
    expect(codeOf("for (const s of all) {\n  %realize s\n}")).toBe(
      `for (const s of all) {\n  ${call}("realize", " s", async () => (s));\n}`,
    );
  });

  it("goes on over the next lines while brackets are open", () => {
    const text = codeOf("%realize stage({\n  name: 'a', // one\n}) --force\nx");
    expect(text).toContain("async () => (stage({\n  name: 'a',       \n})));\nx");
    expect(lineCount(text)).toBe(4);
  });

  it("does not swallow the cell after a bracket that is never closed", () => {
    expect(codeOf("%realize stage(\nfoo()\nbar()")).toMatch(/\nfoo\(\)\nbar\(\)$/u);
  });

  it("ends an expression at a flag outside strings and brackets", () => {
    expect(codeOf('%lens f("a --b", [c --d]) --x'.replace(" --x", ""))).toContain('(f("a --b", [c --d]))');
    expect(codeOf("%realize f(' --new') --new 2")).toContain("async () => (f(' --new'))");
  });

  it("leaves a semicolon and a comment out of the expression", () => {
    expect(codeOf("%lens a.path('x'); // look")).toContain("async () => (a.path('x'))");
  });

  it("leaves a comment behind flags and words alone, and slashes that belong to a word", () => {
    expect(codeOf("%realize a --new 2   // two more")).toMatch(
      /^await .*\("realize", " a --new 2", async \(\) => \(a\)\);   \/\/ two more$/u,
    );
    expect(codeOf("%store // the default one")).toMatch(/\("store", ""\); \/\/ the default one$/u);
    expect(codeOf("%store //server/share")).toContain('" //server/share"');
  });

  it("walks a lens from a name with fields behind it", () => {
    expect(codeOf("%lens classifier.digits.count")).toContain(
      "async (__lens__) => ((await __lens__(classifier)).digits.count)",
    );
    expect(codeOf('%lens classifier.path("a.png")')).toContain('async () => (classifier.path("a.png"))');
  });

  it("knows help in both forms", () => {
    expect(codeOf("%realize?")).toBe(`${call}("realize?", "");`);
    expect(prepared("%%stage?")).toMatchObject({ kind: "cell-magic", cell: { help: true } });
  });

  it("gives a cell magic its body on the same lines", () => {
    const cell = prepared("// about\n%%stage digits --outs 2\nexport default 1;");
    expect(cell).toMatchObject({
      kind: "cell-magic",
      cell: {
        args: { values: { name: "digits", outs: 2 } },
        body: `// about\n${" ".repeat(23)}\nexport default 1;`,
      },
    });
  });

  it("says which magic was meant by an unknown one", () => {
    expect(messageOf("%relize classifier")).toBe(
      'Cannot run magic "%relize": there is no such magic. Did you mean "%realize"? (%lsmagic lists them)',
    );
    expect(messageOf("%pip install numpy")).toBe(
      'Cannot run magic "%pip": there is no such magic. Packages come by %npm install name. (%lsmagic lists them)',
    );
    expect(messageOf("%%bash\nls")).toContain("It is %%sh.");
    expect(messageOf("%why classifier")).toContain("It is %explain.");
    expect(messageOf("%%realize x")).toContain("It is a line magic: write %realize.");
    expect(messageOf("%stage x")).toContain("It is a cell magic: write %%stage.");
  });

  it("says where a cell magic belongs", () => {
    expect(prepared("const x = 1;\n%%stage a")).toMatchObject({ kind: "error", line: 2, offset: 13 });
    expect(messageOf("const x = 1;\n%%stage a")).toContain("a cell magic is the first line of its cell");
  });

  it("refuses wrong arguments before anything runs, and says where they stand", () => {
    const cell = prepared("const x = 1;\n%realize x --nwe 5");
    expect(cell).toMatchObject({ kind: "error", line: 2, offset: 24, error: { code: "unknown-flag" } });
    expect(messageOf("const x = 1;\n%realize x --nwe 5")).toBe(
      'Cannot run %realize: there is no flag --nwe. Did you mean "--new"?',
    );
  });

  it("never throws, and keeps the lines of any cell", () => {
    fc.assert(
      fc.property(cells, (cell) => {
        const made = prepared(cell);
        const text = made.kind === "code" ? made.text : made.kind === "cell-magic" ? made.cell.body : cell;
        expect(lineCount(text)).toBe(lineCount(cell));
        expect(made.kind === "cell-magic" ? text : cell).toHaveLength(cell.length);
        expect(made.kind === "error" ? made.offset : 0).toBeLessThanOrEqual(cell.length);
      }),
      { numRuns: 1500 },
    );
  });
});

function prepared(cell: string): PreparedCell {
  return prepareCell(cell, options);
}

function codeOf(cell: string): string {
  const made = prepared(cell);
  if (made.kind !== "code") throw new Error(`it is ${made.kind}`);
  return made.text;
}

function messageOf(cell: string): string {
  const made = prepared(cell);
  if (made.kind !== "error") throw new Error(`it is ${made.kind}`);
  return made.error.message;
}
