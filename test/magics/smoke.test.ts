import { it } from "vitest";
import { Notebook } from "./support/notebook.ts";
it("smoke", async () => {
  using nb = new Notebook();
  await nb.run(`import { writeFile } from "node:fs/promises";
function double(x: number) { return x * factor; }
const factor = 2;`);
  console.log(await nb.text(`%%stage digits
export const config = { count: 10, table: self("t.csv") };
export default async (build) => { await writeFile(build.path("t.csv"), "a,b\\n1," + double(build.config.count)); console.log("made"); };`));
  console.log(await nb.text(`%%stage classifier
export const config = { digits, lr: 0.1, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "accuracy" });
export default async (build) => { build.progress({current: 1, total: 3, message: "epoch"}); build.log("hello"); await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: Math.random(), loss: Math.random() })); };`));
  console.log(await nb.text("%realize classifier --as r"));
  console.log(await nb.text("%realize classifier"));
  console.log(await nb.text("%realize classifier --new 3"));
  console.log(await nb.text("%outcomes classifier --by loss --top 2"));
  console.log(await nb.text("%lens classifier.digits.count"));
  console.log(await nb.text("%lens classifier.metrics"));
  console.log(await nb.text("%lens classifier.digits.table"));
  console.log(await nb.text("%log r"));
  console.log(await nb.text("%store"));
  console.log(await nb.text("%lsmagic"));
  console.log(await nb.text("%realize?"));
  console.log((await nb.run("%check")).stdout);
});
