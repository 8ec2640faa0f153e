import { Notebook } from "./notebook.ts";

/** A notebook with two stages, `digits` and `classifier`, whose outcomes differ from run to run by a counter. */
export async function quickstart(): Promise<Notebook> {
  const notebook = new Notebook();
  await notebook.run('import { writeFile, mkdir } from "node:fs/promises";');
  await notebook.run(`%%stage digits
export const config = { count: 3, table: self("table.csv") };
export default async (build) => {
  console.log("writing", build.config.count);
  await writeFile(build.path("table.csv"), "x,y\\n1,2\\n3,4\\n");
};`);
  await notebook.run(`%%stage classifier
export const config = { digits, lr: 0.1, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "accuracy" });
export default async (build) => {
  const runs = (globalThis.quickstartRuns ??= new Map());
  const key = build.store.root + build.dref;
  const run = runs.get(key) ?? 0;
  runs.set(key, run + 1);
  build.progress({ current: 1, total: 2, message: "epoch" });
  console.log("run", run);
  await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: 0.9 - (run % 3) / 100, loss: run }));
};`);
  return notebook;
}

/** The text with what changes from run to run made equal: hashes, times, durations, folders, and the columns that depend on them. */
export function steady(text: string): string {
  return text
    .replace(/\/[^\s]*\/store-v1\/[^\s]*/gu, "<folder>")
    .replace(/\b[0-9a-f]{8}\b/gu, "01234567")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/gu, "2026-01-02 03:04")
    .replace(/\d[\d.]* m?s\b/gu, "5 ms")
    .replace(/by \S+@\S+/gu, "by anna@laptop")
    .replace(/─+/gu, "─")
    .replace(/(\S) {3,}/gu, "$1  ");
}
