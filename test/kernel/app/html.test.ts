import { describe, expect, it } from "vitest";
import { ansiToHtml } from "../../../kernel/app/ansi.ts";
import { highlight } from "../../../kernel/app/highlight.ts";
import { notebookPage } from "../../../kernel/app/html.ts";
import type { Cell, CellOutput } from "../../../kernel/app/notebook.ts";

const code = (source: string, ...outputs: readonly CellOutput[]): Cell => ({
  cell_type: "code",
  source,
  metadata: {},
  execution_count: 1,
  outputs,
});
const display = (data: Record<string, unknown>): CellOutput => ({
  output_type: "display_data",
  data,
  metadata: {},
});
const page = (...cells: readonly Cell[]): string =>
  notebookPage({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, "fallback.ipynb");

describe("notebookPage()", () => {
  it("is titled by the first heading, or else as the file", () => {
    expect(page({ cell_type: "markdown", metadata: {}, source: ["# Digits & more\n", "text"] })).toContain(
      "<title>Digits &#38; more</title>",
    );
    expect(page()).toContain("<title>fallback.ipynb</title>");
  });

  it("shows texts as Markdown and raw cells as they are", () => {
    expect(page({ cell_type: "markdown", metadata: {}, source: "a **store**" })).toContain(
      "<strong>store</strong>",
    );
    expect(page({ cell_type: "raw", metadata: {}, source: "a <b>" })).toContain("a &#60;b&#62;");
  });

  it("escapes code and printed text, and leaves HTML outputs as they are", () => {
    const html = page(
      code("a < b", { output_type: "stream", name: "stdout", text: ["<i>\n", "</i>"] }),
      code("", display({ "text/html": ["<table>", "</table>"], "text/plain": "unused" })),
    );
    expect(html).toContain("a &#60; b");
    expect(html).toContain("&#60;i&#62;\n&#60;/i&#62;");
    expect(html).toContain("<table></table>");
    expect(html).not.toContain("unused");
  });

  it("holds pictures in itself", () => {
    expect(page(code("", display({ "image/png": "iVBORw0KGgo=\n", "text/plain": "picture" })))).toContain(
      '<img alt="" src="data:image/png;base64,iVBORw0KGgo=">',
    );
  });

  it("shows a traceback in its colours", () => {
    const traceback = ["\u001b[31mTypeError\u001b[0m: no <b>"];
    expect(page(code("", { output_type: "error", ename: "TypeError", evalue: "no", traceback }))).toContain(
      '<pre class="error"><span class="ansi-red">TypeError</span>: no &#60;b&#62;</pre>',
    );
  });

  it("shows a type that it does not know as JSON", () => {
    expect(page(code("", display({ "application/x-own": { a: 1 } })))).toContain(
      "&#34;application/x-own&#34;",
    );
  });
});

describe("ansiToHtml()", () => {
  const esc = "\u001b";

  it.each([
    ["plain <text>", "plain &#60;text&#62;"],
    [
      `${esc}[1;91mbold red${esc}[22m red${esc}[m plain`,
      '<span class="ansi-bold ansi-red">bold red</span><span class="ansi-red"> red</span> plain',
    ],
    [
      `${esc}[32mgreen${esc}[34mblue${esc}[39mnone`,
      '<span class="ansi-green">green</span><span class="ansi-blue">blue</span>none',
    ],
    [`${esc}[38;5;31mof 256${esc}[0m`, "of 256"],
    [`${esc}[2Kline${esc}]8;;https://example.org${esc}\\link`, "linelink"],
  ])("turns %j into %s", (text, html) => {
    expect(ansiToHtml(text)).toBe(html);
  });
});

describe("highlight()", () => {
  it.each([
    ["const a = 1;", '<span class="code-keyword">const</span> a = <span class="code-number">1</span>;'],
    ["// const", '<span class="code-comment">// const</span>'],
    [
      "'it\\'s' + \"//\"",
      '<span class="code-string">&#39;it\\&#39;s&#39;</span> + <span class="code-string">&#34;//&#34;</span>',
    ],
    ["%%stage digits", '<span class="code-magic">%%stage</span> digits'],
    [
      "%realize a --new 5",
      '<span class="code-magic">%realize</span> a<span class="code-magic"> --new</span> <span class="code-number">5</span>',
    ],
    ["a % b", "a % b"],
    ["`${a}\n`", '<span class="code-string">`${a}\n`</span>'],
  ])("colours %j", (source, html) => {
    expect(highlight(source)).toBe(html);
  });
});
