import { describe, expect, it } from "vitest";
import { latexHtml } from "../../../../kernel/app/page/math.ts";
import { markdownHtml } from "../../../../kernel/app/page/outputs.ts";

/** What a reader sees, with brackets around formulas, doubled for those that stand alone. */
const seen = (html: string): string =>
  html
    .replaceAll(/<math(?: display="(block)")?[^>]*>([^]*?)<\/math>/gu, (_, block: unknown, inner: string) =>
      block === "block" ? `[[${inner}]]` : `[${inner}]`,
    )
    .replaceAll(/<(?!\/?code)[^>]*>/gu, "")
    .trim();

describe("formulas in Markdown", () => {
  it.each([
    ["of $x^2$ and $y$.", "of [x2] and [y]."],
    ["$$x$$", "[[x]]"],
    ["a\n$$\nx\n- y\n\n= z\n$$\nb", "a\n[[x−y=z]]b"],
    ["in $$x$$ text", "in [[x]] text"],
    ["\\begin{align}x\\end{align}", "[[x]]"],
    ["it is $5 or $6", "it is $5 or $6"],
    ["5$ and 6$ and $ 7 $", "5$ and 6$ and $ 7 $"],
    ["`$x$` and \\$y$", "<code>$x$</code> and $y$"],
    ["$a_1 * b_1 * c$", "[a1*b1*c]"],
    ["$\\nosuch{<b>}$", "<code>$\\nosuch{&lt;b&gt;}$</code>"],
  ])("in %j", (text, html) => {
    expect(seen(markdownHtml(text)).replaceAll("∗", "*")).toBe(html);
  });
});

describe("latexHtml()", () => {
  it.each([
    ["$x$", "[x]"],
    ["where $x$ < $$y$$ holds $", "where [x] &lt; [[y]] holds $"],
    ["no <formula>", "no &lt;formula&gt;"],
    ["", ""],
  ])("of %j", (text, html) => {
    expect(seen(latexHtml(text))).toBe(html);
  });
});
