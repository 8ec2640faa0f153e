import { describe, expect, it } from "vitest";
import { bundle } from "../../../magics/views/bundle.ts";
import { html } from "../../../magics/views/html.ts";
import { headerHtml } from "../../../magics/views/realization.ts";
import { sparkHtml } from "../../../magics/views/series.ts";
import { gridHtml } from "../../../magics/views/table.ts";
import { alignedCells, blockPicture } from "../../../magics/views/unstyled.ts";

describe("a view of which styles and pictures were taken out", () => {
  it("has a title whose words do not run together", () => {
    const header = headerHtml({
      name: "net",
      kind: "stage",
      address: "dref:3f2a91c0",
      hash: "3f2a91c0",
      badge: { text: "not realized yet", tone: "acc" },
    });

    expect(wordsOf(header.markup)).toBe("net stage 3f2a91c0 not realized yet");
    expect(wordsOf(headerHtml({ name: "Names", kind: "3 names" }).markup)).toBe("Names 3 names");
  });

  it("shows the text of a picture and not the words in it", () => {
    const { markup } = blockPicture(
      html`<svg>
        <text>0.1</text>
        <text>0.2</text>
      </svg>`,
      "net\n  spirals",
    );

    expect(shownOf(markup)).toBe("net\n  spirals");
  });

  it("shows a series as blocks", () => {
    expect(shownOf(sparkHtml([1, 2, 3]).markup)).toBe("▁▅█");
  });

  it("has its cells on the left, and numbers where they are", () => {
    const grid = alignedCells(gridHtml([{ title: "name" }, { title: "size", align: "right" }], [["a", "1"]]));

    expect(grid.markup).toContain('<th style="text-align:left">name</th>');
    expect(grid.markup).toContain('<td style="text-align:left">a</td>');
    expect(grid.markup).toContain('<th class="l-num">size</th>');
    expect(grid.markup).toContain('<td class="l-num">1</td>');
    expect(grid.markup).toContain("<thead>");
  });

  it("keeps what stands in a cell", () => {
    const shown = bundle({
      html: html`<table>
        <tr>
          <td title="${'a<td class="b">'}">c</td>
        </tr>
      </table>`,
      text: "",
    });

    expect(shown["text/html"]).toContain(
      '<td style="text-align:left" title="a&lt;td class=&quot;b&quot;&gt;">c</td>',
    );
  });
});

describe("a view with dollars in it", () => {
  it("tells MathJax, in versions 2 and 3, that there are no formulas", () => {
    const shown = bundle({ html: html`<p>from $5 to $6</p>`, text: "" });

    expect(shown["text/html"]).toContain('<section class="lnx tex2jax_ignore mathjax_ignore"');
  });
});

/** As clients do it: hidden elements stay hidden, tags go, their text stays. */
function shownOf(markup: string): string {
  return wordsOf(markup.replaceAll(/<(\w+)[^>]*hidden="hidden">.*?<\/\1>/gsu, ""));
}

function wordsOf(markup: string): string {
  return markup.replaceAll(/<[^>]*>/gu, "").trim();
}
