import { describe, expect, it } from "vitest";
import { ansiToHtml } from "../../../../kernel/app/page/ansi.ts";
import { highlight } from "../../../../kernel/app/page/highlight.ts";
import { notebookPage } from "../../../../kernel/app/page/page.ts";
import type { ChartLibrary } from "../../../../kernel/app/page/charts.ts";
import type { Cell, CellOutput } from "../../../../kernel/app/notebook.ts";

const code = (source: string, ...outputs: readonly CellOutput[]): Cell => ({
  cell_type: "code",
  source,
  metadata: {},
  execution_count: 1,
  outputs,
});
const display = (data: Record<string, unknown>, metadata: Record<string, unknown> = {}): CellOutput => ({
  output_type: "display_data",
  data,
  metadata,
});
const page = (...cells: readonly Cell[]): string => pageWith([], ...cells);
const pageWith = (libraries: readonly ChartLibrary[], ...cells: readonly Cell[]): string =>
  notebookPage(
    { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 },
    { title: "fallback.ipynb", libraries },
  );

describe("notebookPage()", () => {
  it("is titled by the first heading, or else as the file", () => {
    expect(page({ cell_type: "markdown", metadata: {}, source: ["# Digits & more\n", "text"] })).toContain(
      "<title>Digits &amp; more</title>",
    );
    expect(page()).toContain("<title>fallback.ipynb</title>");
  });

  it("shows texts as Markdown and raw cells as they are", () => {
    expect(page({ cell_type: "markdown", metadata: {}, source: "a **store**" })).toContain(
      "<strong>store</strong>",
    );
    expect(page({ cell_type: "raw", metadata: {}, source: "a <b>" })).toContain("a &lt;b&gt;");
  });

  it("escapes code and printed text, and leaves HTML outputs as they are", () => {
    const html = page(
      code("a < b", { output_type: "stream", name: "stdout", text: ["<i>\n", "</i>"] }),
      code("", display({ "text/html": ["<table>", "</table>"], "text/plain": "unused" })),
    );
    expect(html).toContain("a &lt; b");
    expect(html).toContain("&lt;i&gt;\n&lt;/i&gt;");
    expect(html).toContain("<table></table>");
    expect(html).not.toContain("unused");
  });

  it("holds pictures in itself, of the size and with the words that go with them", () => {
    const data = { "image/png": "iVBORw0\nKGgo=\n", "text/plain": '[a "picture"]' };
    expect(page(code("", display(data)))).toContain(
      '<img alt="[a &quot;picture&quot;]" src="data:image/png;base64,iVBORw0KGgo=">',
    );
    const size = { "image/png": { width: 300, height: '2" onload=x' } };
    expect(page(code("", display(data, size)))).toContain('&quot;]" width="300" src=');
  });

  it("shows pictures of text without what only files begin with", () => {
    const svg = '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "a">\n<!-- b -->\n<svg xmlns="c"></svg>';
    expect(page(code("", display({ "image/svg+xml": svg })))).toContain('"display"><svg xmlns="c"></svg>');
  });

  it("runs JavaScript with a place of its own, which cannot end the element that it is in", () => {
    const html = page(
      code("", display({ "application/javascript": "element.textContent = '</script><!--'" })),
    );
    expect(html).toContain("document.currentScript.previousElementSibling");
    expect(html).toContain(String.raw`element.textContent = '\x3c/script>\x3c!--'`);
  });

  it("shows a traceback in its colours", () => {
    const traceback = ["\u001b[31mTypeError\u001b[0m: no <b>"];
    expect(page(code("", { output_type: "error", ename: "TypeError", evalue: "no", traceback }))).toContain(
      '<pre class="error"><span class="ansi-red">TypeError</span>: no &lt;b&gt;</pre>',
    );
  });

  it("shows a type that it does not know as JSON", () => {
    expect(page(code("", display({ "application/x-own": { a: 1 } })))).toContain(
      "&quot;application/x-own&quot;",
    );
  });
});

describe("charts", () => {
  const type = "application/vnd.vegalite.v6+json";
  const chart = code("", display({ [type]: { mark: "</script><!--" }, "text/plain": "the spec" }));
  const vega = [
    { name: "vega", code: "let vega" },
    { name: "vega-lite", code: "let lite" },
  ];

  it("are there to be drawn, with the libraries that do it", () => {
    const html = pageWith([...vega, { name: "plotly.js-dist-min", code: "let plotly" }], chart, chart);
    expect(html.match(/data-chart="vega-lite"/gu)).toHaveLength(2);
    expect(html).toContain(String.raw`{"mark":"\u003c/script>\u003c!--"}`);
    expect(html.match(/data-library="[^"]*"/gu)).toEqual(['data-library="vega"', 'data-library="vega-lite"']);
    expect(html).not.toContain("the spec");
  });

  it("without their libraries say which packages draw them, and show their specification", () => {
    const html = pageWith(vega.slice(0, 1), chart);
    expect(html).toContain("npm install vega vega-lite");
    expect(html).toContain("&lt;/script&gt;");
    expect(html).not.toContain("data-chart=");
  });

  it("give way to a picture or HTML that goes with them when they cannot be drawn", () => {
    const html = page(code("", display({ [type]: {}, "image/png": "iVBO", "text/plain": "x" })));
    expect(html).toContain("data:image/png");
    expect(html).not.toContain("npm install");
  });

  it("leave pages without charts without libraries", () => {
    expect(pageWith(vega, code(""))).not.toContain("<script");
  });
});

describe("ansiToHtml()", () => {
  const esc = "\u001b";

  it.each([
    ["plain <text>", "plain &lt;text&gt;"],
    [
      `${esc}[1;91mbold red${esc}[22m red${esc}[m plain`,
      '<span class="ansi-bold ansi-red">bold red</span><span class="ansi-red"> red</span> plain',
    ],
    [
      `${esc}[32mgreen${esc}[34mblue${esc}[39mnone`,
      '<span class="ansi-green">green</span><span class="ansi-blue">blue</span>none',
    ],
    [
      `${esc}[38;5;31mof 256${esc}[0m ${esc}[38;5;9mof 16${esc}[0m ${esc}[48;5;250mgrey${esc}[49m`,
      '<span style="color: #0087af">of 256</span> <span class="ansi-red">of 16</span> <span style="background: #bcbcbc">grey</span>',
    ],
    [
      `${esc}[38;2;1;2;255;48:5:2mexact${esc}[0m`,
      '<span class="ansi-on-green" style="color: #0102ff">exact</span>',
    ],
    [
      `${esc}[3;4;7;9mall${esc}[23;27mless${esc}[24;29m none`,
      '<span class="ansi-italic ansi-underline ansi-inverse ansi-strike">all</span><span class="ansi-underline ansi-strike">less</span> none',
    ],
    [
      `${esc}[103;30mon${esc}[49moff${esc}[0m`,
      '<span class="ansi-black ansi-on-yellow">on</span><span class="ansi-black">off</span>',
    ],
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
      '<span class="code-string">&#39;it\\&#39;s&#39;</span> + <span class="code-string">&quot;//&quot;</span>',
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
