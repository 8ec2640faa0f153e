import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completeMagic, inspectMagic } from "../../magics/complete.ts";
import { cells, options } from "./support/cells.ts";

describe("completeMagic()", () => {
  it("completes the names of magics at a line start", () => {
    expect(completed("const x = 1;\n%re|")).toEqual({
      text: "%re",
      items: ["%realize", "%reset", "%resume"],
    });
    expect(completed("%l|")?.items).toEqual(["%lens", "%log", "%lsmagic"]);
  });

  it("completes cell magics only in the first line", () => {
    expect(completed("%%|")?.items).toEqual([
      "%%html",
      "%%javascript",
      "%%latex",
      "%%markdown",
      "%%module",
      "%%sh",
      "%%stage",
      "%%svg",
      "%%time",
      "%%timeit",
      "%%writefile",
    ]);
    expect(completed("x;\n%%|")?.items).toEqual([]);
  });

  it("completes flags that are not given yet", () => {
    expect(completed("%realize a --|")?.items).toContain("--dry-run");
    expect(completed("%realize a --new 2 --n|")?.items).toEqual(["--no-replay"]);
    expect(completed("%gc --|")?.items).toEqual(["--delete", "--older-than", "--free"]);
    expect(completed("%%stage a --o|")?.items).toEqual(["--outs", "--open"]);
  });

  it("completes choices", () => {
    expect(completed("%check s|")).toEqual({ text: "s", items: ["strict"] });
    expect(completed("%check |")?.items).toEqual(["strict", "warn", "off"]);
  });

  it("leaves expressions and ordinary code to the language service", () => {
    expect(completed("%realize cla|")).toBeUndefined();
    expect(completed("10 %re|")).toBeUndefined();
    expect(completed("const t = `\n%re|")).toBeUndefined();
  });

  it("never throws", () => {
    const answers = fc.check(
      fc.property(cells, fc.nat(60), (cell, at) => {
        const cursor = Math.min(at, cell.length);
        const { start, end } = completeMagic(cell, cursor, options) ?? { start: 0, end: 0 };
        inspectMagic(cell, cursor, options);
        return start <= end && end <= cell.length;
      }),
      { numRuns: 500 },
    );
    expect(answers.counterexample).toBeNull();
  });
});

describe("inspectMagic()", () => {
  it("tells the magic under the cursor by its name and its flags", () => {
    expect(inspectMagic("%realize classifier --new 5", 4, options)?.name).toBe("realize");
    expect(inspectMagic("%realize classifier --new 5", 22, options)?.name).toBe("realize");
    expect(inspectMagic("%realize classifier --new 5", 12, options)).toBeUndefined();
  });
});

function completed(marked: string): { text: string; items: string[] } | undefined {
  const cursor = marked.indexOf("|");
  const code = marked.replace("|", "");
  const found = completeMagic(code, cursor, options);
  return found && { text: code.slice(found.start, found.end), items: found.items.map(({ text }) => text) };
}
