import { setTimeout as delay } from "node:timers/promises";
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

  it("runs no getter and no trap of a proxy", () => {
    let touched = 0;
    const getter = {
      get secret() {
        touched += 1;
        return 1;
      },
    };
    const proxy = new Proxy({}, { get: () => (touched += 1), has: () => (touched += 1) > 0 });
    expect(bundle(getter)["text/plain"]).toContain("[Getter]");
    bundle([getter]);
    bundle(proxy);
    expect(touched).toBe(0);
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
    expect(Object.keys(bundle(new Uint8Array([1, 2, 3])))).toEqual(["text/plain"]);
  });

  it("recognises Vega, Vega-Lite and Plotly", () => {
    const vega = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
    expect(bundle(vega)["application/vnd.vegalite.v5+json"]).toBe(vega);
    const plot = { data: [{ y: [1] }], layout: {} };
    expect(bundle(plot)["application/vnd.plotly.v1+json"]).toBe(plot);
  });

  it("shows arrays of flat objects as a table, whatever they hold escaped", () => {
    const table = bundle([{ a: 1 }, { a: 2, b: "x" }]);
    expect(table["text/html"]).toContain("<td>x</td>");
    expect(table["text/plain"]).toBe("[ { a: 1 }, { a: 2, b: 'x' } ]");
    expect(bundle([{ a: { deep: 1 } }])["text/html"]).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.string()), { minLength: 1 }), (rows) => {
        const made = bundle(rows.map((row) => ({ ...row, hostile: `<script>"'&` })))["text/html"];
        const html = typeof made === "string" ? made : "";
        const text = html.replaceAll(/<\/?(?:table|thead|tbody|tr|th|td|p)(?: class="dataframe")?>/gu, "");
        expect(text).not.toMatch(/[<>"']/u);
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => toBundle(value)).not.toThrow();
      }),
    );
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

  it("takes sizes for pictures, and refuses bytes that are none", () => {
    const current = new CurrentOutput();
    const output = recorder();
    const display = createDisplay(current);
    current.run(output, () => display.image(png, { width: 100 }));
    expect(output.shown).toMatchObject([{ metadata: { "image/png": { width: 100 } } }]);
    expect(() => display.image(Uint8Array.of(1))).toThrow("none of PNG, JPEG, GIF, WebP and PDF");
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
