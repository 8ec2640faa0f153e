import { describe, expect, it } from "vitest";
import { Notebook } from "../support/notebook.ts";

describe("cell magics that show their text", () => {
  it.each([
    ["html", "text/html", "<b>done</b>\n<p>and %more</p>"],
    ["markdown", "text/markdown", "# Done\n\n$x^2$"],
    ["svg", "image/svg+xml", "<svg></svg>"],
    ["latex", "text/latex", "$$x^2$$"],
    ["javascript", "application/javascript", "alert(`${1}`)"],
  ])("%%%%%s shows it as what it is, and as text", async (name, type, text) => {
    using notebook = new Notebook();
    const { displays } = await notebook.run(`%%${name}\n${text}\n`);
    expect(displays).toEqual([[{ [type]: text, "text/plain": text }]]);
  });

  it("shows nothing of an empty cell", async () => {
    using notebook = new Notebook();
    expect((await notebook.run("%%html\n\n")).displays).toEqual([]);
  });
});
