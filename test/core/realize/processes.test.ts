import { execFile, spawn, type ChildProcess } from "node:child_process";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { lens, openStore, stage, type RRef } from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { leftovers } from "./leftovers.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

// Whoever built them now would take them away from the tests that run beside these.
beforeAll(() => {
  if (isStale()) throw new Error("dist/ is older than core/: npm run build makes it anew");
});

/** Whether the compiled files, which child processes run, are older than the sources. */
function isStale(): boolean {
  const sources = readdirSync(join(root, "core"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const built = statSync(join(root, "dist/core/index.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.some((name) => built < statSync(join(root, "core", name)).mtimeMs);
}

const program = `
import { appendFileSync, writeFileSync } from "node:fs";
import { realize$, openStore, stage } from ${JSON.stringify(join(root, "dist/core/index.js"))};
const [folder, log, ms] = process.argv.slice(2);
const slow = (name, config) => stage({
  name, config,
  async realize(build) {
    const { log, ms } = build.args;
    appendFileSync(log, name + "\\n");
    await build.exec("sh", ["-c", "echo $$ >> " + log + ".pids; exec sleep " + ms / 1000]);
    writeFileSync(build.path("x"), "x");
  },
});
const target = slow("sink", { parts: [slow("one", {}), slow("two", { source: slow("source", {}) })] });
realize$(target, { store: openStore({ root: folder, durable: false }), jobs: 2, args: { log, ms: Number(ms) } }).subscribe({
  next: (event) => { if (event.type === "waiting" || event.type === "done" || event.type === "started") console.log(JSON.stringify(event)); },
  error: (error) => { console.error(error); process.exitCode = 1; },
});
`;

interface Job {
  readonly folder: string;
  readonly log: string;
  readonly script: string;
}

function newJob(): Job {
  const work = freshFolder();
  const script = join(work, "program.mjs");
  writeFileSync(script, program);
  return { folder: freshStore().root, log: join(work, "runs"), script };
}

async function runToEnd({
  script,
  folder,
  log,
}: Job): Promise<{ type: string; rrefs?: RRef[]; holder?: { pid: number } }[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, log, "600"]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
}

const runsIn = (log: string): string[] => readFileSync(log, "utf8").trim().split("\n").toSorted();

describe("processes that share a store", () => {
  it("build each derivation once, and those that wait say for whom", async () => {
    const job = newJob();
    const runs = await Promise.all([runToEnd(job), runToEnd(job), runToEnd(job)]);
    expect(runsIn(job.log)).toEqual(["one", "sink", "source", "two"]);
    const results = runs.map((events) => events.at(-1)?.rrefs?.[0]);
    expect(results[0]).toMatch(/^rref:.*-sink$/);
    expect(new Set(results).size).toBe(1);
    const waiting = runs.flat().filter(({ type }) => type === "waiting");
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.every(({ holder }) => typeof holder?.pid === "number" && holder.pid !== process.pid)).toBe(
      true,
    );
    expect(leftovers(openStore({ root: job.folder }))).toEqual([]);
  });

  it("find what another process has built", async () => {
    const job = newJob();
    await runToEnd(job);
    const again = await runToEnd(job);
    expect(again.map(({ type }) => type)).toEqual(["done"]);
    expect(runsIn(job.log)).toHaveLength(4);
  });

  it("take over from one that was killed", async () => {
    const job = newJob();
    const victim: ChildProcess = spawn(process.execPath, [job.script, job.folder, job.log, "60000"], {
      stdio: "ignore",
    });
    // Both of those that depend on nothing must be under way, so that none comes up after the others are looked at.
    const pids = await vi.waitFor(
      () => {
        const lines = readFileSync(`${job.log}.pids`, "utf8").trim().split("\n");
        expect(lines).toHaveLength(2);
        return lines.map(Number);
      },
      { timeout: 20_000 },
    );
    const gone = new Promise((resolve) => victim.once("exit", resolve));
    victim.kill("SIGKILL");
    await gone;
    // Nobody could tell the commands of the dead process to stop.
    for (const pid of pids) if (isRunning(pid)) process.kill(pid, "SIGKILL");
    const events = await runToEnd(job);
    expect(events.at(-1)).toMatchObject({ type: "done" });
    await vi.waitFor(() => expect(leftovers(openStore({ root: job.folder }))).toEqual([]), {
      timeout: 20_000,
    });
  });

  it("leave no commands behind when they end in the middle of a build", async () => {
    const job = newJob();
    const script = `${job.script}.ending.mjs`;
    writeFileSync(
      script,
      `${program}\nsetInterval(() => { if (existsSync(log + ".pids")) process.exit(0); }, 20);`.replace(
        "appendFileSync,",
        "appendFileSync, existsSync,",
      ),
    );
    await promisify(execFile)(process.execPath, [script, job.folder, job.log, "60000"]);
    const pids = readFileSync(`${job.log}.pids`, "utf8").trim().split("\n").map(Number);
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 20_000 });
  });
});

describe("a stage", () => {
  it("has the same address in every process", async () => {
    const text = `
      import { lens, stage, self } from ${JSON.stringify(join(root, "dist/core/index.js"))};
      const words = stage({ name: "words", config: { url: 'x', own: self('a') }, async realize(b) { await b.exec('make', []) } });
      console.log(lens(words).dref);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", text]);
    const words = stage({
      name: "words",
      config: { own: ["__self__", "a"], url: "x" },
      async realize(b) {
        await b.exec("make", []); // written differently
      },
    });
    expect(stdout.trim()).toBe(lens(words).dref);
  });
});

describe("importing core", () => {
  it("does not load the parser, which only defining a stage needs", async () => {
    const text = `
      import { createRequire } from "node:module";
      import { stage } from ${JSON.stringify(join(root, "dist/core/index.js"))};
      const loaded = () => process.report.getReport().sharedObjects.some((path) => path.includes("parser"));
      const before = loaded();
      stage({ name: "a", config: {}, realize() {} });
      console.log(before, loaded());`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", text]);
    expect(stdout.trim()).toBe("false true");
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
