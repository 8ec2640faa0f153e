import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished, vi } from "vitest";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { bundled } from "./bundled.ts";
import { isAlive } from "../../support/is-alive.ts";

const parent = fileURLToPath(new URL("parent.mjs", import.meta.url));

it("kill -9 of the parent is the end of its processes, even in an endless loop, and of all that they have started", async () => {
  const store = freshStore();
  const pids = join(freshFolder(), "pids");
  const { dref } = await bundled(store, {
    config: { pids },
    async realize(build, { fs, child, delay }) {
      const { pids: file } = build.config as { pids: string };
      const near = child.spawn("sleep", ["100"], { stdio: "ignore" });
      const far = child.spawn("sleep", ["100"], { stdio: "ignore", detached: true });
      void build.exec("sleep", ["100"]);
      void build.exec("sh", ["-c", `echo $$ > ${file}.sh; sleep 100`]);
      const written = (): string =>
        fs.existsSync(`${file}.sh`) ? fs.readFileSync(`${file}.sh`, "utf8").trim() : "";
      while (written() === "") await delay(10);
      const sh = written();
      fs.writeFileSync(`${file}.new`, `${process.pid} ${near.pid} ${far.pid} ${sh}`);
      fs.renameSync(`${file}.new`, file);
      for (;;);
    },
  });
  const running = spawn(process.execPath, [parent, store.root, dref], { stdio: "inherit" });
  onTestFinished(() => void running.kill("SIGKILL"));
  await vi.waitFor(() => expect(existsSync(pids)).toBe(true), { timeout: 20_000 });
  const started = readFileSync(pids, "utf8").split(" ").map(Number);
  expect(started.filter(isAlive)).toHaveLength(4);
  running.kill("SIGKILL");
  await vi.waitFor(() => expect(started.filter(isAlive)).toEqual([]), { timeout: 20_000 });
});

it("processes without work keep their parent from ending as little as they outlive it", async () => {
  const store = freshStore();
  const { dref } = await bundled(store, { realize() {} });
  const { stdout } = await promisify(execFile)(process.execPath, [parent, store.root, dref, "exit"], {
    timeout: 20_000,
  });
  await vi.waitFor(() => expect(isAlive(Number(stdout))).toBe(false), { timeout: 20_000 });
});
