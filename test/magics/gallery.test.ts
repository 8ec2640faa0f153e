import { writeFileSync } from "node:fs";
import { it } from "vitest";
import { Notebook } from "./support/notebook.ts";
import { advance, startProgress } from "../../magics/realization-progress.ts";
import { progressView } from "../../magics/views/progress.ts";
import { outcomesView } from "../../magics/views/outcomes.ts";

it("gallery", async () => {
  using nb = new Notebook();
  const out: string[] = [];
  const cell = async (code: string) => {
    out.push(`<pre class="cell">${code.replaceAll("<", "&lt;")}</pre>`);
    try {
      const { displays, stdout } = await nb.run(code);
      for (const d of displays) out.push(String(d.at(-1)?.["text/html"] ?? ""));
      if (stdout.length) out.push(`<pre>${stdout.join("")}</pre>`);
    } catch (e) {
      for (const d of nb.output.displays) out.push(String(d.at(-1)?.["text/html"] ?? ""));
      out.push(`<pre style="color:red">${String(e)}</pre>`);
    }
  };
  await nb.run(`import { writeFile, mkdir, symlink } from "node:fs/promises";
import { deflateSync, crc32 as _c } from "node:zlib";
function crc(buf: Uint8Array): number { let c, n, k; let t: number[] = []; for (n = 0; n < 256; n++) { c = n; for (k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; t[n] = c >>> 0; } c = 0xffffffff; for (const b of buf) c = t[(c ^ b) & 255]! ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; }
function png(w: number, h: number, f: (x: number, y: number) => number): Buffer {
  const raw = Buffer.alloc((w + 1) * h); for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) raw[y * (w + 1) + 1 + x] = f(x, y);
  const chunk = (t: string, d: Buffer) => { const b = Buffer.concat([Buffer.from(t), d]); const l = Buffer.alloc(4); l.writeUInt32BE(d.length); const c = Buffer.alloc(4); c.writeUInt32BE(crc(b)); return Buffer.concat([l, b, c]); };
  const ihdr = Buffer.alloc(13); ihdr.writeUInt32BE(w, 0); ihdr.writeUInt32BE(h, 4); ihdr[8] = 8; ihdr[9] = 0;
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", ihdr), chunk("IDAT", deflateSync(raw)), chunk("IEND", Buffer.alloc(0))]);
}
const classes = ["zero", "one", "two"];`);
  await cell(`%%stage digits
export const config = { count: 10_000, testEvery: 10, images: self("images.bin"), labels: self("labels.csv"), sheet: self("sheet.png") };
export default async (build) => {
  await writeFile(build.path("images.bin"), Buffer.alloc(784_000, 7));
  await writeFile(build.path("labels.csv"), "index,label,split,name\\n" + Array.from({ length: 40 }, (_, i) => [i, i % 10, i % 10 ? "train" : "test", classes[i % 3]].join(",")).join("\\n"));
  await writeFile(build.path("sheet.png"), png(280, 112, (x, y) => ((x % 28 - 14) ** 2 + (y % 28 - 14) ** 2 < 80 ? 255 - ((x * 3 + y) % 90) : 8)));
  await writeFile(build.path("README.md"), "# Digits\\n\\nTen thousand handwritten digits.\\n");
  await writeFile(build.path("model", "a", "weights.bin"), Buffer.alloc(1200)); await writeFile(build.path("model", "model.json"), "{}"); await symlink("images.bin", build.path("alias"));
};`);
  await cell(`%%stage classifier
export const config = { digits, layers: [{ units: 32, activation: "relu", init: { kind: "glorot", seed: 7, scale: 0.02 } }, { units: 10, activation: "softmax" }], epochs: 5, lr: 0.005, from: digits.path("images.bin"), model: self("model.bin"), metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "accuracy" });
export default async (build) => {
  for (let e = 1; e <= 5; e++) { console.log("epoch " + e + " loss " + (1 / e).toFixed(4)); build.progress({ current: e, total: 5, message: "epoch", unit: "" }); }
  await writeFile(build.path("model.bin"), Buffer.alloc(101_000));
  const accuracy = 0.9 + Math.random() * 0.05;
  await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy, loss: 1 - accuracy + Math.random() * 0.02, epochs: 5, confusion: { worst: "4/9" } }));
};`);
  await cell("%realize digits");
  await cell("%realize classifier");
  await cell("%realize classifier");
  await cell("%realize classifier --outcomes 5");
  await cell("%outcomes classifier");
  await cell("%lens classifier.digits.testEvery");
  await cell("%lens classifier.digits.sheet");
  await cell("%lens classifier.metrics");
  await cell("%lens classifier.layers");
  await cell("%log classifier");
  await cell("%realize classifier --dry-run --new 2");
  const d = (n: number, name: string) => `dref:${String(n).repeat(32)}-${name}` as never;
  let s = startProgress(0);
  const ev = (e: object, t: number) => { s = advance(s, e as never, t); };
  ev({ type: "planned", target: d(3, "classifier"), drefs: [d(1, "digits"), d(2, "features"), d(5, "embedding"), d(4, "labels"), d(3, "classifier")] }, 0);
  ev({ type: "reused", dref: d(1, "digits"), rrefs: [] }, 5);
  ev({ type: "started", dref: d(4, "labels") }, 5); ev({ type: "built", dref: d(4, "labels"), rrefs: ["x"], merged: [], ms: 2300 }, 2305);
  ev({ type: "waiting", dref: d(5, "embedding"), holder: { pid: 4711, host: "gpu-2" } }, 2400);
  ev({ type: "started", dref: d(2, "features") }, 2400);
  ev({ type: "log", dref: d(2, "features"), stream: "stdout", text: "loading 10000 images\nepoch 1 loss 0.9132\nepoch 2 loss 0.4410\nepoch 3 loss 0.3187\n" }, 8000);
  ev({ type: "progress", dref: d(2, "features"), current: 3, total: 8, message: "epoch", unit: "" }, 9000);
  out.push('<pre class="cell">(live)</pre>', String(progressView(s, 12_000)["text/html"]));
  console.log(progressView(s, 12_000)["text/plain"]);
  await cell(`%%stage broken
export const config = { digits, lr: 0.1 };
export default async (build) => { console.log("reading images"); build.progress({ current: 2, total: 10, message: "batch" }); console.log("batch 2: NaN"); throw new RangeError("the loss is NaN in batch 2"); };`);
  await cell("%realize broken");
  console.log(nb.output.displays.at(-1)?.at(-1)?.["text/plain"]);
  await cell("%store");
  await cell("%lsmagic");
  await cell("%realize?");
  const cells = []; let cur: any = null;
  for (const o of out) { if (o.startsWith('<pre class="cell">')) { cur = { cell_type: "code", execution_count: 1, metadata: {}, source: o.replace(/<[^>]*>/g, ""), outputs: [] }; cells.push(cur); } else if (o.includes("class=\"lnx\"")) cur.outputs.push({ output_type: "display_data", metadata: {}, data: { "text/html": o } }); }
  writeFileSync("/tmp/gallery.ipynb", JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: { kernelspec: { name: "python3", display_name: "x", language: "typescript" }, language_info: { name: "typescript" } }, cells }));
  const page = `<!doctype html><meta charset=utf8><style>body{font-family:sans-serif;margin:20px;max-width:900px}pre.cell{background:#8882;padding:8px;font-size:12px;margin:16px 0 6px;white-space:pre-wrap}@media(prefers-color-scheme:dark){body{background:#0d1117;color:#eee}}</style>${out.join("\n")}`;
  writeFileSync("/tmp/gallery.html", page);
  console.log(page.length);
});
