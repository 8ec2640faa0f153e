import { describe, expect, it } from "vitest";
import { html, visible } from "../../../magics/views/html.ts";
import { harmOf } from "../support/hostile.ts";

describe("html``", () => {
  it("escapes texts and keeps HTML, arrays and nothing as they are", () => {
    const inner = html`<b>${"<&>\"'`"}</b>`;
    expect(html`${inner}${undefined}${[inner, 1]}`.markup).toBe(
      "<b>&lt;&amp;&gt;&quot;&#39;&#96;</b><b>&lt;&amp;&gt;&quot;&#39;&#96;</b>1",
    );
  });
});

describe("visible()", () => {
  it("takes terminal sequences out and makes other controls visible", () => {
    expect(visible("\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007")).toBe("red link");
    expect(visible("a\u0000b\u0007c\td\ne\r\nf\rg")).toBe("a␀b␇c\td\ne\nf\ng");
    expect(visible("\ud83d \u202e \u{1f600}")).toBe("\u{fffd} \u{fffd} \u{1f600}");
    expect(visible("\u001b")).toBe("␛");
  });
});

describe("the check of the tests of views", () => {
  it.each([
    "<script>",
    '<b onclick="x">',
    '<a href="javascript:x">',
    "<b class=x>",
    "<b",
    "\u0007",
    '<i style="width:1%;x">',
  ])("notices %j", (markup) => {
    expect(harmOf({ "text/html": markup, "text/plain": "" })).not.toEqual([]);
  });
});
