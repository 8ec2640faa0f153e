import { describe, expect, it } from "vitest";
import { textFields, textTable, textWidth } from "../../../magics/views/text-table.ts";

describe("textTable()", () => {
  it("aligns columns by what a terminal shows", () => {
    const table = textTable(
      [{ title: "name" }, { title: "n", align: "right" }],
      [
        ["größe", "1"],
        ["数字", "200"],
        ["a\nb", ""],
      ],
    );
    expect(table).toBe(["name     n", "─────  ───", "größe    1", "数字   200", "a ⏎ b"].join("\n"));
  });

  it("has no rule without titles", () => {
    expect(textTable([{ title: "" }, { title: "" }], [["a", "b"]])).toBe("a  b");
  });
});

describe("textFields()", () => {
  it("puts labels and values in columns", () => {
    expect(
      textFields(
        [
          ["a", "1"],
          ["long", "2"],
        ],
        "  ",
      ),
    ).toBe("  a     1\n  long  2");
  });
});

describe("textWidth()", () => {
  it("counts wide characters twice and marks not at all", () => {
    expect(textWidth("ab")).toBe(2);
    expect(textWidth("数")).toBe(2);
    expect(textWidth("e\u0301")).toBe(1);
  });
});
