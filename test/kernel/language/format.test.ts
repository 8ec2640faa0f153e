import { expect, it } from "vitest";
import type { Diagnostic } from "../../../kernel/language/diagnose.ts";
import { formatDiagnostics } from "../../../kernel/language/format.ts";

const code = "const a = 1;\n\tconst 漢字 = '😀' + nope;";
const nope: Diagnostic = {
  line: 1,
  column: 19,
  length: 4,
  code: 2304,
  message: "Cannot find name 'nope'.",
  severity: "error",
};

it("a diagnostic is told with its place, the line and a squiggle below what is meant", () => {
  expect(formatDiagnostics([nope], { code, name: "[3]" })).toBe(
    [
      "[3]:2:20 - error TS2304: Cannot find name 'nope'.",
      "",
      "2 \tconst 漢字 = '😀' + nope;",
      "  \t                    ~~~~",
    ].join("\n"),
  );
});

it("several are set apart, and an empty stretch is marked all the same", () => {
  const other: Diagnostic = { ...nope, line: 0, column: 12, length: 0, severity: "warning" };
  const text = formatDiagnostics([other, nope], { code });
  expect(text).toContain("cell:1:13 - warning TS2304");
  expect(text).toContain("1 const a = 1;\n              ~\n\ncell:2:20");
});

it("a stretch over several lines is marked to the end of its first", () => {
  const long: Diagnostic = { ...nope, line: 0, column: 6, length: 30 };
  expect(formatDiagnostics([long], { code }).split("\n").at(-1)).toBe("        ~~~~~~");
});

it("colours can be taken away without a trace", () => {
  const coloured = formatDiagnostics([nope], { code, name: "[3]", color: true });
  // oxlint-disable-next-line no-control-regex
  expect(coloured.replaceAll(/\u001B\[\d+m/g, "")).toBe(formatDiagnostics([nope], { code, name: "[3]" }));
  expect(coloured).toContain("\u001B[31merror\u001B[0m");
});

it("nothing is told of nothing", () => {
  expect(formatDiagnostics([], { code })).toBe("");
});

it("many are told up to twenty, and how many more there are", () => {
  const text = formatDiagnostics(
    Array.from({ length: 200 }, () => nope),
    { code },
  );
  expect(text.match(/TS2304/g)).toHaveLength(20);
  expect(text).toMatch(/\n\n\.\.\. and 180 more$/);
});

it("of a long line, what is around the mark is shown", () => {
  const long = `const text = "${"x".repeat(400)}"; nope; ${"y;".repeat(400)}`;
  const told = formatDiagnostics([{ ...nope, line: 0, column: long.indexOf("nope") }], { code: long }).split(
    "\n",
  );
  const [, , shown = "", mark = ""] = told;
  expect(told[0]).toContain(`cell:1:${long.indexOf("nope") + 1} `);
  expect(shown.length).toBeLessThan(180);
  expect(shown.slice(mark.indexOf("~"), mark.indexOf("~") + 4)).toBe("nope");
  expect(shown).toMatch(/^1 \.\.\.x.*y;\.\.\.$/);
  const atEnd = formatDiagnostics([{ ...nope, line: 0, column: 0 }], { code: long }).split("\n");
  expect(atEnd[2]).toMatch(/^1 const text.*x\.\.\.$/);
});
