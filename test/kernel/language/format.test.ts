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
