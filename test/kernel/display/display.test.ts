import { setTimeout as delay } from "node:timers/promises";
import { table as arquero } from "arquero";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBundle } from "../../../kernel/display/bundle.ts";
import { CurrentOutput } from "../../../kernel/display/current-output.ts";
import { createDisplay, isDisplayHandle } from "../../../kernel/display/display.ts";
import type { CellOutput, MimeBundle, ShownBundle } from "../../../kernel/display/mime.ts";
import { createTslab } from "../../../kernel/display/tslab.ts";

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);

function recorder(): CellOutput & { readonly shown: ShownBundle[]; readonly printed: string[] } {
  const shown: ShownBundle[] = [];
  const printed: string[] = [];
  return {
    shown,
    printed,
    stream: (name, text) => void printed.push(`${name}: ${text}`),
    display: (one) => void shown.push(one),
    clear: () => undefined,
  };
}

function bundle(value: unknown): MimeBundle {
  const made = toBundle(value, { colours: false });
  if (made instanceof Promise) throw new TypeError("a promise of a bundle");
  return made;
}

describe("toBundle()", () => {
  it("writes plain values as Node's REPL does", () => {
    expect(bundle({ a: 1, b: [1, 2] })).toEqual({ "text/plain": "{ a: 1, b: [ 1, 2 ] }" });
    expect(bundle("text")).toEqual({ "text/plain": "'text'" });
    expect(bundle(-0)).toEqual({ "text/plain": "-0" });
    expect(bundle(10n)).toEqual({ "text/plain": "10n" });
  });

  it("runs no getter, and asks a proxy nothing but how it is displayed", () => {
    let touched = 0;
    const getter = {
      get secret() {
        touched += 1;
        return 1;
      },
    };
    const asked: unknown[] = [];
    const proxy = new Proxy({}, { get: () => (touched += 1), has: (_, key) => asked.push(key) < 0 });
    expect(bundle(getter)["text/plain"]).toContain("[Getter]");
    bundle([getter]);
    bundle(proxy);
    expect(touched).toBe(0);
    expect(asked).toEqual([Symbol.for("Jupyter.display")]);
  });

  it("asks an object how it is displayed, in Deno's way, at once or later", async () => {
    const symbol = Symbol.for("Jupyter.display");
    expect(bundle({ [symbol]: () => ({ "text/html": "<b>x</b>" }) })).toMatchObject({
      "text/html": "<b>x</b>",
      "text/plain": expect.any(String),
    });
    const later = toBundle({ [symbol]: async () => ({ "text/markdown": "**x**" }) });
    expect(await later).toMatchObject({ "text/markdown": "**x**" });
  });

  it("falls back to text when the object's own method fails", () => {
    const broken = {
      [Symbol.for("Jupyter.display")]: () => {
        throw new RangeError("no");
      },
    };
    expect(bundle(broken)["text/plain"]).toContain("RangeError: no");
  });

  it("recognises pictures by their content", () => {
    expect(bundle(png)).toMatchObject({ "image/png": Buffer.from(png).toString("base64") });
    const svg = `<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>`;
    expect(bundle(Buffer.from(svg))).toEqual({ "image/svg+xml": svg, "text/plain": expect.any(String) });
    const heads = {
      "image/jpeg": [0xff, 0xd8, 0xff, 0xe0],
      "image/gif": [...Buffer.from("GIF89a")],
      "image/webp": [...Buffer.from("RIFF....WEBPVP8 ")],
      "application/pdf": [...Buffer.from("%PDF-1.7")],
    };
    for (const [type, bytes] of Object.entries(heads))
      expect(bundle(Uint8Array.from(bytes))[type]).toBe(Buffer.from(bytes).toString("base64"));
    expect(bundle(Buffer.from("<p>no svg</p>"))).toEqual({
      "text/plain": expect.stringMatching(/^<Buffer/u),
    });
  });

  it("recognises Vega, Vega-Lite and Plotly", () => {
    const vega = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
    expect(bundle(vega)["application/vnd.vegalite.v5+json"]).toBe(vega);
    const plot = { data: [{ y: [1] }], layout: {} };
    expect(bundle(plot)["application/vnd.plotly.v1+json"]).toBe(plot);
  });

  it("shows arrays of flat objects as a table, whatever they hold escaped", () => {
    const table = bundle([{ a: 1 }, { a: 2, b: "x" }]);
    expect(table["text/html"]).toContain('<td style="text-align: left">x</td>');
    expect(table["text/plain"]).toBe("   a  b\n0  1\n1  2  x");
    expect(bundle([{ a: 1 }])["text/plain"]).toBe("[ { a: 1 } ]");
    expect(bundle([{ a: { deep: 1 } }])["text/html"]).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.string()), { minLength: 1 }), (rows) => {
        const made = bundle(rows.map((row) => ({ ...row, hostile: `<script>"'&` })))["text/html"];
        const html = typeof made === "string" ? made : "";
        const text = html.replaceAll(
          /<\/?(?:table|thead|tbody|tr|th|td|p)(?: class="dataframe tex2jax_ignore mathjax_ignore"| style="text-align: (?:left|right)")?>/gu,
          "",
        );
        expect(text).not.toMatch(/[<>"']/u);
      }),
    );
  });

  it("puts numbers on the right, and says what of a large table is left out", () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({ n: index, s: "x", d: new Date(0) }));
    const { "text/html": html, "text/plain": text } = bundle(rows);
    expect(html).toContain(
      '<tr><th>99</th><td style="text-align: right">99</td><td style="text-align: left">x</td><td style="text-align: left">1970-01-01T00:00:00.000Z</td>',
    );
    expect(html).toContain(
      '<tr><th>⋮</th><td style="text-align: right">⋮</td><td style="text-align: left">⋮</td><td style="text-align: left">⋮</td></tr><tr><th>95</th>',
    );
    expect(html).not.toContain(">15<");
    expect(html).toContain("<p>20 of 100 rows</p>");
    expect(text).toMatch(/\n14 +14 [^\n]+\n ?⋮ +⋮ [^\n]+\n95 +95 [^]+20 of 100 rows$/u);
    expect(bundle([{ loss: 1 / 3 }, { loss: 1e-9 / 3 }])["text/html"]).toMatch(
      />0\.33333333<.*>3\.3333333e-10</u,
    );
    const wide = [Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`c${index}`, index]))];
    expect(bundle(wide)["text/html"]).toContain("<p>50 of 70 columns</p>");
    const long = bundle([{ s: "y".repeat(200) }, { s: "a\nb" }]);
    expect(long["text/html"]).toContain("y".repeat(200));
    expect(long["text/plain"]).toContain(`${"y".repeat(59)}…`);
    expect(long["text/plain"]).toContain("a b");
  });

  it("shows typed arrays as tables of ten numbers a row", () => {
    const numbers = Float64Array.from({ length: 1000 }, (_, index) => index / 2);
    const { "text/html": html, "text/plain": text } = bundle(numbers);
    expect(html).toContain(
      '<caption style="text-align: left; white-space: nowrap">Float64Array(1000)</caption>',
    );
    expect(html).toContain('<tr><th>10</th><td style="text-align: right">5</td>');
    expect(html).toContain("<p>200 of 1000 numbers</p>");
    expect(text).toMatch(/^Float64Array\(1000\) \[/u);
    expect(bundle(BigInt64Array.of(1n, 2n))["text/html"]).toContain(">2</td>");
    expect(bundle(new Float32Array())["text/html"]).toBeUndefined();
    expect(bundle(Buffer.from("abc"))["text/html"]).toBeUndefined();
  });

  it("shows Arquero's tables", () => {
    const frame = arquero({ n: [1, 2, 3], s: ["<x>", "y", null] });
    const { "text/html": html, "text/plain": text } = bundle(frame);
    expect(html).toContain('<td style="text-align: right">1</td><td style="text-align: left">&lt;x&gt;</td>');
    expect(text).toBe("   n  s\n0  1  <x>\n1  2  y\n2  3  null");
  });

  it("shows Polars' frames, which are proxies that have a display method", () => {
    // As nodejs-polars 0.26 makes them.
    const target = { [Symbol.for("nodejs.util.inspect.custom")]: () => "shape: (1, 1)" };
    const display = (): MimeBundle => ({ "text/html": "<table>frame</table>" });
    const frame = new Proxy(target, {
      has: (_, key) => key === Symbol.for("Jupyter.display"),
      get: (_, key) => (key === Symbol.for("Jupyter.display") ? display : undefined),
    });
    expect(bundle(frame)).toEqual({
      "text/html": "<table>frame</table><p>shape: (1, 1)</p>",
      "text/plain": "shape: (1, 1)",
    });
    const plain = {
      schema: { a: "Float64" },
      height: 2,
      head: () => plain,
      toRecords: () => [{ a: 1 }, { a: 2 }],
    };
    class Frame {
      schema = plain.schema;
      height = 100;
      head(): unknown {
        return plain;
      }
      toRecords(): unknown {
        return plain.toRecords();
      }
    }
    expect(bundle(new Frame())["text/html"]).toContain("<p>2 of 100 rows</p>");
  });

  it("shows elements by their outerHTML, and canvases as pictures", () => {
    class Element {
      readonly #html: string;
      constructor(html: string) {
        this.#html = html;
      }
      get outerHTML(): string {
        return this.#html;
      }
    }
    expect(bundle(new Element("<b>bold</b>"))).toMatchObject({
      "text/html": "<b>bold</b>",
      "text/plain": "bold",
    });
    expect(bundle(new Element("<svg></svg>"))["image/svg+xml"]).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    );
    class Canvas {
      toDataURL(): string {
        return "data:image/png;base64,aGk=";
      }
    }
    expect(bundle(new Canvas())["image/png"]).toBe("aGk=");
  });

  it("shows what platform objects are, and blobs that are pictures", async () => {
    expect(bundle(new Map([["a", new Set([1])]]))["text/plain"]).toBe("Map(1) { 'a' => Set(1) { 1 } }");
    expect(bundle(Promise.resolve(3))["text/plain"]).toBe("Promise { 3 }");
    expect(bundle(new URL("https://a.b/c"))["text/plain"]).toContain("href: 'https://a.b/c'");
    expect(bundle(new Response("x", { status: 201 }))["text/plain"]).toContain("status: 201");
    expect(bundle(new Date(0))["text/plain"]).toBe("1970-01-01T00:00:00.000Z");
    expect(bundle(new RangeError("far"))["text/plain"]).toMatch(/^RangeError: far\n {4}at /u);
    expect(await toBundle(new Blob([png]))).toHaveProperty(["image/png"]);
    expect(await toBundle(new Blob(["abc"]), { colours: false })).toEqual({
      "text/plain": "Blob { size: 3, type: '' }",
    });
  });

  it("writes objects with colours, to a depth, within a length", () => {
    const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } };
    expect(bundle(deep)["text/plain"]).toContain("[Object]");
    const coloured = toBundle({ a: 1 });
    expect(coloured).toEqual({ "text/plain": "{ a: \u001B[33m1\u001B[39m }" });
    expect(String(bundle("x".repeat(300_000))["text/plain"]).length).toBeLessThan(101_000);
    expect(bundle(Array.from({ length: 1000 }, () => 1))["text/plain"]).toContain("900 more items");
  });

  it("writes what would take more lines than one reads less deep, but no less deep than Node", () => {
    const tree = (depth: number): unknown =>
      depth === 0
        ? "leaf"
        : Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((key) => [key, tree(depth - 1)]));
    const linesOf = (value: unknown): number => String(bundle(value)["text/plain"]).split("\n").length;
    expect(bundle(tree(3))["text/plain"]).toContain("leaf");
    expect(bundle(tree(6))["text/plain"]).toMatch(/\[Object\]/u);
    expect(linesOf(tree(6))).toBeLessThan(400);
    const rows = Array.from({ length: 100 }, () => [
      Array.from({ length: 10 }, () => ({ text: "x".repeat(50) })),
    ]);
    expect(linesOf(rows)).toBeGreaterThan(400);
    expect(bundle(rows)["text/plain"]).toContain("[Object]");
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => toBundle(value)).not.toThrow();
      }),
    );
  });
});

describe("toBundle() of something enormous", () => {
  const sparse: unknown[] = [];
  sparse[4e9] = 1;
  const cube = Array.from({ length: 100 }, () =>
    Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => [{ a: [1] }])),
  );
  const wide = (depth: number): unknown =>
    depth === 0 ? 1 : Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`k${at}`, wide(depth - 1)]));

  it.each([
    ["empty places", sparse, "<4000000000 empty items>"],
    ["only empty places", Object.assign([], { length: 4e9 }), "<4000000000 empty items>"],
    ["arrays in arrays", cube, "[Array]"],
    ["objects in objects", wide(4), "[Object]"],
  ])("does not go through all of it: %s", (_, value, expected) => {
    const text = String(bundle(value)["text/plain"]);
    expect(text).toContain(expected);
    expect(text.length).toBeLessThan(110_000);
  });
});

describe("display()", () => {
  it("shows in the cell that calls it, and updates where it stands", () => {
    const current = new CurrentOutput();
    const display = createDisplay(current);
    const [first, second] = [recorder(), recorder()];
    const handle = current.run(first, () => display.html("<b>one</b>"));
    current.run(second, () => handle.update({ "text/html": "<b>two</b>" }));
    expect(first.shown).toMatchObject([
      { bundle: { "text/html": "<b>one</b>", "text/plain": "one" }, displayId: handle.id },
      { bundle: { "text/html": "<b>two</b>" }, displayId: handle.id, isUpdate: true },
    ]);
    expect(second.shown).toEqual([]);
    expect(isDisplayHandle(handle)).toBe(true);
    expect(isDisplayHandle({ ...handle })).toBe(false);
  });

  it("keeps the order of calls", () => {
    const current = new CurrentOutput();
    const order: unknown[] = [];
    const output = {
      ...recorder(),
      display: ({ bundle: one }: ShownBundle) => void order.push(one["text/plain"]),
    };
    current.run({ ...output, stream: (_, text) => void order.push(text) }, () => {
      createDisplay(current)("shown");
      current.print("stdout", "printed");
    });
    expect(order).toEqual(["'shown'", "printed"]);
  });

  it("gives a place to what comes later, for which the cell can wait", async () => {
    const current = new CurrentOutput();
    const [output, other] = [recorder(), recorder()];
    const later = { [Symbol.for("Jupyter.display")]: async () => await delay(5, { "text/plain": "late" }) };
    await current.run(output, async () => {
      expect(current.allShown()).toBeUndefined();
      const { id } = createDisplay(current)(later);
      createDisplay(current)("at once");
      await current.allShown();
      expect(output.shown).toMatchObject([
        { bundle: { "text/plain": "" }, displayId: id },
        { bundle: { "text/plain": "'at once'" } },
        { bundle: { "text/plain": "late" }, displayId: id, isUpdate: true },
      ]);
      expect(current.allShown()).toBeUndefined();
      createDisplay(current)(later);
    });
    current.run(other, () => expect(current.allShown()).toBeUndefined());
  });

  it("takes sizes for pictures, and refuses bytes that are none", () => {
    const current = new CurrentOutput();
    const output = recorder();
    const display = createDisplay(current);
    current.run(output, () => display.image(png, { width: 100 }));
    expect(output.shown).toMatchObject([{ metadata: { "image/png": { width: 100 } } }]);
    expect(() => display.image(Uint8Array.of(1))).toThrow("none of PNG, JPEG, GIF, WebP, SVG and PDF");
  });
});

describe("tslab", () => {
  it("newDisplay() shows all that it shows in one place", () => {
    const current = new CurrentOutput();
    const output = recorder();
    current.run(output, () => {
      const one = createTslab(current, "7.0.2").newDisplay();
      one.text("first");
      one.html("<i>second</i>");
    });
    expect(output.shown.map(({ displayId, isUpdate }) => [displayId, isUpdate === true])).toEqual([
      [output.shown[0]?.displayId, false],
      [output.shown[0]?.displayId, true],
    ]);
  });
});

describe("CurrentOutput", () => {
  it("knows the cell of late callbacks, whatever has started since", async () => {
    const current = new CurrentOutput();
    const [first, second] = [recorder(), recorder()];
    current.run(first, () => setTimeout(() => current.print("stdout", "late"), 5));
    current.run(second, () => current.print("stdout", "now"));
    await delay(20);
    expect([first.printed, second.printed]).toEqual([["stdout: late"], ["stdout: now"]]);
  });

  it("gives what is printed to the innermost capture, its asynchronous parts too", async () => {
    const current = new CurrentOutput();
    const output = recorder();
    const [outer, inner] = [recorder(), recorder()];
    await current.run(output, () =>
      current.capture(outer, async () => {
        current.print("stdout", "a");
        current.capture(inner, () => setTimeout(() => current.print("stderr", "b"), 1));
        await delay(10);
        current.print("stdout", "c");
      }),
    );
    current.run(output, () => current.print("stdout", "d"));
    expect([outer, inner, output].map(({ printed }) => printed)).toEqual([
      ["stdout: a", "stdout: c"],
      ["stderr: b"],
      ["stdout: d"],
    ]);
  });

  it("gives what is displayed to the capture, and still knows the cell's own output", () => {
    const current = new CurrentOutput();
    const [output, sink] = [recorder(), recorder()];
    const show = createDisplay(current);
    current.run(output, () =>
      current.capture(sink, () => {
        show("a").update("b");
        expect(current.cell()).toBe(output);
      }),
    );
    expect(sink.shown.map(({ bundle: shown, isUpdate }) => [shown["text/plain"], isUpdate ?? false])).toEqual(
      [
        ["'a'", false],
        ["'b'", true],
      ],
    );
    expect(output.shown).toEqual([]);
  });

  it("has nowhere to print before the first cell", () => {
    expect(new CurrentOutput().print("stdout", "x")).toBe(false);
  });
});
