import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shortestEdit } from "../../../core/explain/shortest-edit.ts";
import { diffCode } from "../../../core/explain/text-diff.ts";

const marks = { same: " ", removed: "-", added: "+", gap: "…" } as const;

function diff(before: string, after: string): string[] {
  return diffCode(before, after).map(({ kind, text }) => `${marks[kind]}${text}`);
}

describe("diffCode()", () => {
  it("has the lines that were replaced, with two lines around them", () => {
    const before =
      "async (build) => {\n  const a = 1;\n  const b = 2;\n  const lr = 0.1;\n  train(lr);\n  test();\n  end();\n}";
    expect(diff(before, before.replace("0.1", "0.01"))).toEqual([
      " async (build) => {",
      "   const a = 1;",
      "   const b = 2;",
      "-  const lr = 0.1;",
      "+  const lr = 0.01;",
      "   train(lr);",
      "   test();",
      "…",
    ]);
  });

  it("leaves out comments, quotes, semicolons, types, empty lines and indentation that changed besides", () => {
    const before = "(x) => {\n  // old\n  const name = 'a';\n  return f(x)\n}";
    const after =
      '(x: number): string => {\n\n    const name: string = "a"; /* new */\n    return g(x) as string;\n}';
    expect(diff(before, after)).toEqual([
      " (x: number): string => {",
      '     const name: string = "a";',
      "-  return f(x)",
      "+    return g(x) as string;",
      " }",
    ]);
  });

  it("leaves out lines that were only broken at other places", () => {
    const before = "() => {\n  call(first, second, third);\n  const x = 1;\n  return { x, y };\n}";
    const after =
      "() => {\n  call(\n    first,\n    second,\n    third,\n  );\n  const x = 2;\n  return { x,\n    y };\n}";
    expect(diff(before, after)).toEqual([
      "…",
      "     third,",
      "   );",
      "-  const x = 1;",
      "+  const x = 2;",
      "   return { x,",
      "     y };",
      " }",
    ]);
  });

  it("keeps what stands in texts over several lines", () => {
    expect(diff("() => `one\n  two`", "() => `one\n    two`")).toEqual([
      " () => `one",
      "-  two`",
      "+    two`",
    ]);
  });

  it("is never empty for code of which only the parentheses differ", () => {
    expect(diff("() => (1 + 2) * 3", "() => 1 + 2 * 3")).toEqual(["-() => (1 + 2) * 3", "+() => 1 + 2 * 3"]);
  });

  it("takes methods, classes, modules and what is no code at all", () => {
    expect(
      diff("async realize(build) {\n    await f(1);\n  }", "async realize(build) {\n    await f(2);\n  }"),
    ).toEqual([" async realize(build) {", "-  await f(1);", "+  await f(2);", " }"]);
    expect(
      diff('import a from "a";\nexport const b = 1;', 'import a from "a";\nexport const b = 2;'),
    ).toEqual([' import a from "a";', "-export const b = 1;", "+export const b = 2;"]);
    expect(diff("a,b\n1,2", "a,b\n1,3")).toEqual([" a,b", "-1,2", "+1,3"]);
  });

  it("shows code whose types were taken out in their place without the gaps", () => {
    expect(diff("async (build       ) => f(1)", "async (build       ) => f(2)")).toEqual([
      "-async (build) => f(1)",
      "+async (build) => f(2)",
    ]);
  });
});

describe("shortestEdit()", () => {
  const list = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });

  it("leads from the one list to the other, with as many edits as a table of common subsequences says", () => {
    fc.assert(
      fc.property(list, list, (before, after) => {
        const edit = shortestEdit(before, after);
        const made: string[] = [];
        let at = 0;
        for (const one of edit) {
          made.push(...before.slice(at, one.before[0]), ...after.slice(...one.after));
          at = one.before[1];
        }
        expect([...made, ...before.slice(at)]).toEqual(after);
        const edits = edit.reduce(
          (sum, one) => sum + one.before[1] - one.before[0] + one.after[1] - one.after[0],
          0,
        );
        expect(edits).toBe(before.length + after.length - 2 * longestCommon(before, after));
      }),
    );
  });

  it("replaces all when nearly nothing is the same, and takes no time for it", () => {
    const before = Array.from({ length: 20_000 }, (_, index) => `before ${index}`);
    const after = Array.from({ length: 20_000 }, (_, index) => `after ${index}`);
    expect(shortestEdit(before, after)).toEqual([{ before: [0, 20_000], after: [0, 20_000] }]);
  });
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const x of a) {
    const next = [0];
    for (const [index, y] of b.entries())
      next.push(x === y ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}
