import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { toBundle } from "../../../kernel/display/bundle.ts";
import type { MimeBundle } from "../../../kernel/display/mime.ts";

function bundle(value: unknown): MimeBundle {
  const made = toBundle(value, { colours: false });
  if (made instanceof Promise) throw new TypeError("a promise of a bundle");
  return made;
}

const text = (value: unknown): unknown => bundle(value)["text/plain"];
const html = (value: unknown): string => String(bundle(value)["text/html"]);

it("no getter of what might be something is run, but those of elements", () => {
  const touched: string[] = [];
  const prototype = {};
  const trap = (): object => Object.create(prototype) as object;
  const names =
    `toSpec toSVG runAsync signal documentElement item nodes node _groups toDataURL columnNames numRows objects head toRecords
    getChildAt get isValid iloc dataSync dtype shape stride type isMatrix size summary countParams layers history epoch data layout width
    height $schema`.split(/\s+/u);
  for (const name of names)
    Object.defineProperty(prototype, name, { get: () => void touched.push(name), enumerable: true });
  bundle(trap());
  bundle([trap(), trap()]);
  bundle(Object.defineProperties({}, Object.getOwnPropertyDescriptors(prototype)));
  expect(touched).toEqual([]);
});

it("what is rich has a text without colours, which converters show as it stands", () => {
  const spec = { $schema: "https://vega.github.io/schema/vega/v6.json", width: 100 };
  for (const value of [spec, [[1, "a"]], new Map([["a", 1]]), Float32Array.of(1)]) {
    const made = toBundle(value, { colours: true });
    expect(made).toHaveProperty(["text/plain"], expect.not.stringContaining("\u001B"));
  }
});

describe("arrays and maps as tables", () => {
  it("show a matrix with the numbers of its rows and columns", () => {
    const confusion = [
      [50, 2],
      [3, 40],
    ];
    expect(html(confusion)).toContain('<tr><th>1</th><td style="text-align: right">3</td>');
    expect(text(confusion)).toBe("[ [ 50, 2 ], [ 3, 40 ] ]");
    expect(html([Float32Array.of(0.1), Float32Array.of(2)])).toContain(">0.1<");
    expect(html([["a", 1], ["<b>"]])).toContain("&lt;b&gt;</td><td");
    const large = Array.from({ length: 70 }, (_, row) => Array.from({ length: 40 }, () => row / 7));
    expect(html(large)).toContain("<p>20 of 70 rows, 30 of 40 columns</p>");
    expect(text(large)).toMatch(/^ +0 +1 [^]+\n 1 +0\.14285714 [^]+20 of 70 rows, \d+ of 40 columns$/u);
    const isLong = (line: string): boolean => line.length > 170;
    expect(String(text(large)).split("\n").some(isLong)).toBe(false);
  });

  it("leave arrays that are no matrix as text", () => {
    for (const value of [[[], []], [[1], 2], [[{}]], [[1], [() => 1]], [Buffer.from("a")], [1, 2]])
      expect(bundle(value)).not.toHaveProperty(["text/html"]);
  });

  it("show what records hold in short, as long as they hold something plain", () => {
    const rows = [
      { epoch: 1, history: [1, 2, 3], more: { a: { b: 1 } } },
      { epoch: 2, history: Array.from({ length: 90 }, () => 1), more: new Date(0) },
    ];
    expect(String(text(rows)).split("\n")).toEqual([
      "   epoch  history                                  more",
      "0      1  [ 1, 2, 3 ]                              { a: { b: 1 } }",
      "1      2  [ 1, 1, 1, 1, 1, 1, ... 84 more items ]  1970-01-01T00:00:00.000Z",
    ]);
    expect(bundle([{ a: { b: 1 } }, { a: {} }])).not.toHaveProperty(["text/html"]);
    expect(html([{ a: "y".repeat(5000), b: 1 }])).toContain(`${"y".repeat(1999)}…`);
  });

  it("show instances of classes by their own fields, unless they write themselves or hide what they are", () => {
    class Run {
      readonly lr: number;
      readonly #secret = 0;
      constructor(lr: number) {
        this.lr = lr + this.#secret;
      }
    }
    expect(html([new Run(0.1), new Run(0.2)])).toContain(">0.2<");
    class Written {
      readonly n = 1;
      [Symbol.for("nodejs.util.inspect.custom")](): string {
        return "written";
      }
    }
    expect(text([new Written(), new Written()])).toBe("[ written, written ]");
    for (const value of [[{ n: 1 }, new Set([1])], [{ n: 1 }, new Error("x")], [{ n: 1, f: () => 1 }]])
      expect(bundle(value)).not.toHaveProperty(["text/html"]);
  });

  it("show maps by their keys", () => {
    const metrics = new Map([
      ["accuracy", 0.93],
      ["<loss>", 0.12],
    ]);
    expect(html(metrics)).toContain('<tr><th>&lt;loss&gt;</th><td style="text-align: right">0.12</td>');
    expect(text(metrics)).toBe("Map(2) { 'accuracy' => 0.93, '<loss>' => 0.12 }");
    expect(html(new Map([["a", { precision: 1 }]]))).toContain("<th>a</th>");
    expect(html(new Map(Array.from({ length: 99 }, (_, n) => [n, n])))).toContain("<p>20 of 99 rows</p>");
    for (const value of [new Map(), new Map([[{}, 1]]), new Map([["a", [1]]])])
      expect(bundle(value)).not.toHaveProperty(["text/html"]);
  });

  it("write numbers of grids with the digits that tell", () => {
    expect(html(Float32Array.of(0.1, 1 / 3))).toContain(">0.1</td>");
    expect(html(Float32Array.of(0.1, 1 / 3))).toContain(">0.3333333</td>");
    expect(html([[1 / 3, 123_456_789.125, NaN]])).toMatch(/>0\.33333333<.+>123456789\.125<.+>NaN</u);
  });
});

describe("tensors", () => {
  class Tensor {
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly size: number;
    readonly #data: ArrayLike<unknown>;
    isDisposed = false;
    constructor(shape: readonly number[], data: ArrayLike<unknown>, dtype = "float32") {
      Object.assign(this, { shape, dtype });
      this.shape = shape;
      this.dtype = dtype;
      this.size = shape.reduce((product, length) => product * length, 1);
      this.#data = data;
    }
    dataSync(): ArrayLike<unknown> {
      return this.#data;
    }
  }

  it("show their kind, shape and values", () => {
    const two = new Tensor([2, 3], Float32Array.of(1, 2, 0.1, 4, 5, 6));
    expect(text(two)).toBe("Tensor float32 [2, 3]\n   0  1    2\n0  1  2  0.1\n1  4  5    6");
    expect(html(two)).toContain("Tensor float32 [2, 3]</caption>");
    expect(text(new Tensor([2], Uint8Array.of(1, 0), "bool"))).toContain("true  false");
    expect(text(new Tensor([], Float32Array.of(3)))).toBe("Tensor float32 []: 3");
    expect(text(new Tensor([0, 3], new Float32Array()))).toBe("Tensor float32 [0, 3], empty");
    expect(
      text(
        new Tensor(
          [2, 1, 7],
          Float32Array.from({ length: 14 }, (_, n) => n / 10),
        ),
      ),
    ).toBe(
      "Tensor float32 [2, 1, 7]\n[[[0, 0.1, 0.2, 0.3, 0.4, 0.5, …]],\n\n [[0.7, 0.8, 0.9, 1, 1.1, 1.2, …]]]",
    );
    expect(html(new Tensor([100, 50], new Float32Array(5000)))).toContain(
      "<p>20 of 100 rows, 30 of 50 columns</p>",
    );
    expect(html(new Tensor([1000], new Float32Array(1000)))).toContain("<p>200 of 1000 numbers</p>");
  });

  it("show only kind and shape where their values are not at hand", () => {
    const gone = new Tensor([1], []);
    gone.isDisposed = true;
    expect(text(gone)).toBe("Tensor float32 [1], disposed");
    expect(text(new Tensor([1e8], []))).toBe("Tensor float32 [100000000]");
    expect(text(new Tensor([2], [], "complex64"))).toBe("Tensor complex64 [2]");
  });

  it("in a list show what they are", () => {
    const weight = Object.assign(new Tensor([2, 4], new Float32Array(8)), { name: "dense/kernel" });
    expect(text([weight, new Tensor([4], new Float32Array(4))])).toBe(
      "   name          dtype    shape   size\n0  dense/kernel  float32  [2, 4]     8\n1                float32  [4]        4",
    );
  });

  it("show ndarrays and the matrices and units of math.js", () => {
    const data = [1, 2, 3, 4];
    class View {
      readonly shape = [2, 2];
      readonly stride = [2, 1];
      readonly dtype = "float64";
      get(row: number, column: number): unknown {
        return data[row * 2 + column];
      }
    }
    expect(text(new View())).toBe("ndarray float64 [2, 2]\n   0  1\n0  1  2\n1  3  4");
    class DenseMatrix {
      readonly type = "DenseMatrix";
      readonly isMatrix = true;
      size(): number[] {
        return [2, 2];
      }
      get([row = 0, column = 0]: number[]): unknown {
        return data[row * 2 + column];
      }
    }
    expect(text(new DenseMatrix())).toBe("DenseMatrix [2, 2]\n   0  1\n0  1  2\n1  3  4");
    class Unit {
      readonly type = "Unit";
      readonly isUnit = true;
      toString(): string {
        return "5 cm";
      }
    }
    expect(bundle(new Unit())).toEqual({ "text/plain": "5 cm" });
  });

  it("show models by their summary, and what training gave by epochs", () => {
    class Model {
      readonly layers = [];
      countParams(): number {
        return 1;
      }
      summary(_length: unknown, _positions: unknown, print: (line: string) => void): void {
        print("Layer   ");
        print("dense");
      }
    }
    expect(text(new Model())).toBe("Layer\ndense");
    class History {
      readonly epoch = [0, 1];
      readonly history = { loss: [0.123456789, 0.1], acc: [0.5, 0.75], other: [1] };
    }
    expect(text(new History())).toBe(
      "  epoch      loss   acc\n      0  0.123457   0.5\n      1       0.1  0.75",
    );
  });
});

describe("data frames", () => {
  it("of Arrow show their rows, moments as moments", () => {
    const vector = (type: string, ...values: readonly unknown[]) => ({
      type,
      length: values.length,
      numChildren: 0,
      isValid: () => true,
      get: (row: number) => values[row],
    });
    const vectors = [
      vector("Float32", 1.5, 2),
      vector("Dictionary<Int32, Utf8>", "<x>", null),
      vector("Timestamp<MILLISECOND>", 0, null),
      vector("List<Int32>", { toJSON: () => [1, 2] }, null),
    ];
    class Table {
      readonly schema = { fields: ["n", "s", "t", "l"].map((name) => ({ name })) };
      readonly numRows = 2;
      getChildAt(column: number): unknown {
        return vectors[column];
      }
    }
    expect(text(new Table())).toBe(
      "     n  s     t                         l\n0  1.5  <x>   1970-01-01T00:00:00.000Z  [ 1, 2 ]\n1    2  null  null                      null",
    );
    class Vector {
      readonly stride = 1;
    }
    expect(text(Object.assign(new Vector(), vectors[0]))).toBe("Vector<Float32>(2)\n     0  1\n0  1.5  2");
    expect(text(Object.assign(new Vector(), vector("Utf8")))).toBe("Vector<Utf8>(0)");
  });

  it("of Danfo show their rows by their index", () => {
    class DataFrame {
      readonly columns = ["a", "b"];
      readonly index = ["x", "y"];
      readonly values = [
        [1, "p"],
        [2, "q"],
      ];
      head(): void {}
      iloc(): void {}
    }
    expect(text(new DataFrame())).toBe("   a  b\nx  1  p\ny  2  q");
  });
});

describe("elements", () => {
  class Node {
    readonly outerHTML: string;
    readonly ownerDocument: unknown;
    constructor(outerHTML: string, ownerDocument?: unknown) {
      this.outerHTML = outerHTML;
      this.ownerDocument = ownerDocument;
    }
  }

  it("that are SVG are written as XML, by the document that they are of where that can", () => {
    class XMLSerializer {
      serializeToString(): string {
        return '<svg xmlns="x"><br/></svg>';
      }
    }
    const ownerDocument = { defaultView: { XMLSerializer } };
    expect(bundle(new Node("<svg><br></svg>", ownerDocument))["image/svg+xml"]).toBe(
      '<svg xmlns="x"><br/></svg>',
    );
    expect(bundle(new Node('<svg id="a" xmlns="b"></svg>'))["image/svg+xml"]).toBe(
      '<svg id="a" xmlns="b"></svg>',
    );
  });

  it("are shown together in lists and selections, and as the body of their document", () => {
    class List {
      readonly length = 2;
      readonly 0 = new Node("<b>1</b>");
      readonly 1 = new Node("<b>2</b>");
      item(): void {}
    }
    expect(html(new List())).toBe("<b>1</b>\n<b>2</b>");
    class Selection {
      readonly _groups = [];
      node(): void {}
      nodes(): Node[] {
        return [new Node("<svg></svg>")];
      }
    }
    expect(bundle(new Selection())).toHaveProperty(["image/svg+xml"]);
    class Document {
      readonly documentElement = {};
      readonly body = { innerHTML: "<p>page</p>" };
    }
    expect(html(new Document())).toBe("<p>page</p>");
  });
});

describe("charts", () => {
  const plotly = "application/vnd.plotly.v1+json";

  it("of Plotly are known by their traces, too", () => {
    const traces = [{ type: "scatter", x: [1], y: Float64Array.of(2) }];
    expect(bundle(traces)[plotly]).toEqual({ data: traces, layout: {} });
    expect(bundle({ data: traces })[plotly]).toEqual({ data: traces, layout: {} });
    for (const other of [
      [{ type: "scatter" }],
      [{ type: "other", x: [1] }],
      [{ type: "bar", x: 1 }],
      { data: [{ x: [1] }] },
      { data: [] },
      { data: traces, total: 1 },
    ])
      expect(bundle(other)).not.toHaveProperty([plotly]);
  });

  it("of Vega that are drawn already are shown as pictures", async () => {
    class View {
      runAsync(): void {}
      signal(): void {}
      async toSVG(): Promise<string> {
        return "<svg/>";
      }
    }
    expect(await toBundle(new View())).toEqual({
      "image/svg+xml": "<svg/>",
      "text/plain": "[SVG image of a Vega view]",
    });
    class Broken extends View {
      override async toSVG(): Promise<string> {
        throw new Error("no");
      }
    }
    expect(await toBundle(new Broken(), { colours: false })).toEqual({ "text/plain": "Broken {}" });
  });
});

describe("pixels", () => {
  it("are shown as the picture that they are", () => {
    const data = Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 0, 128]);
    const shown = bundle({ width: 1, height: 2, data });
    const file = Buffer.from(String(shown["image/png"]), "base64");
    expect(shown["text/plain"]).toMatch(/^\[PNG image of 1 x 2 pixels, \d+ bytes\]$/u);
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([1, 2]);
    const length = file.readUInt32BE(33);
    expect([...inflateSync(file.subarray(41, 41 + length))]).toEqual([0, 255, 0, 0, 255, 0, 0, 255, 0, 128]);
    // The sum over "IEND" is the same in every file.
    expect(file.subarray(-4).toString("hex")).toBe("ae426082");
    for (const other of [
      { width: 1, height: 1, data },
      { width: 0, height: 0, data: new Uint8Array() },
      { width: 1, height: 2, data: [...data] },
    ])
      expect(bundle(other)).not.toHaveProperty(["image/png"]);
  });

  it("of Jimp and Sharp are shown as well, and files of pictures side by side", async () => {
    const data = new Uint8Array(4);
    class Jimp {
      readonly bitmap = { width: 1, height: 1, data };
    }
    expect(bundle(new Jimp())).toHaveProperty(["image/png"]);
    class Sharp {
      readonly made: string[] = [];
      clone(): Sharp {
        return new Sharp();
      }
      png(): Sharp {
        this.made.push("png");
        return this;
      }
      async toBuffer(): Promise<Uint8Array> {
        return Buffer.from(this.made.join());
      }
      metadata(): void {}
      resize(): void {}
    }
    const sharp = new Sharp();
    expect(await toBundle(sharp)).toEqual({ "image/png": "cG5n", "text/plain": "[PNG image, 3 bytes]" });
    expect(sharp.made).toEqual([]);
    const streamed = Object.assign(new Sharp(), { options: { input: { buffer: [] } } });
    expect(bundle(streamed)).not.toHaveProperty(["image/png"]);
    const gif = Buffer.from("GIF89a");
    expect(bundle([gif, gif])).toEqual({
      "text/html": `<div>${`<img src="data:image/gif;base64,R0lGODlh">\n`.repeat(2).trim()}</div>`,
      "text/plain": "[2 pictures]",
    });
    expect(html(Array.from({ length: 101 }, () => gif))).toContain("<p>100 of 101 pictures</p>");
    for (const other of [[gif, Buffer.from("x")], [Buffer.from("%PDF-1.7")], []])
      expect(bundle(other)).not.toHaveProperty(["text/html"]);
  });
});
