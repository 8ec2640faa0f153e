import { mkdirSync, realpathSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { freshFolder } from "../fresh-store.ts";

/** Makes an empty folder the one that this process works in, until the running test is over. */
export function inProject(): string {
  const before = process.cwd();
  const project = realpathSync(freshFolder());
  process.chdir(project);
  onTestFinished(() => process.chdir(before));
  return project;
}

/** Writes a file, with the folders above it. Returns its path. */
export function put(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Writes a file another time, so that it is seen by its time however coarse the clock is. */
export function change(path: string, text: string): void {
  writeFileSync(path, text);
  utimesSync(path, new Date(), new Date(Date.now() + 5_000));
}
