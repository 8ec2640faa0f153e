import { execFile, spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, replay } from "../../../core/index.ts";
import type { RealizeEventJson, RRef } from "../../../core/index.ts";
import { TestTerminal } from "../../support/terminal.ts";

// The built file, as users start it.
const cli = fileURLToPath(new URL("../../../dist/kernel/app/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lightnix-realize-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stages = `
import { stage, sweep } from "lightnix";
import { setTimeout as wait } from "node:timers/promises";
const module = import.meta.url;
export const digits = stage({ name: "digits", config: { n: 1 }, module, async realize(build) {
  for (let i = 1; i <= 4; i++) {
    await wait(250);
    build.progress({ current: i, total: 4, unit: "images" });
    console.log("image " + i);
  }
} });
export const model = stage({ name: "model", config: { digits }, module, realize(build) { build.log(JSON.stringify(build.args)); } });
export const bad = stage({ name: "bad", config: { digits }, module, realize(build) {
  console.log("about to divide");
  throw new TypeError("the matrix is singular");
} });
export const after = stage({ name: "after", config: { bad, model }, module, realize() {} });
export const slow = stage({ name: "slow", config: { digits }, module, async realize(build) {
  console.log("child " + process.pid);
  await wait(60_000);
} });
export const grid = sweep(stage({ name: "point", config: { lr: 1 }, module, realize() {} }), { lr: [0.1, 0.2] });
export const deaf = stage({ name: "deaf", config: {}, source: false, async realize() {
  console.log("I do not listen");
  await wait(60_000);
} });
let live = { n: 0 };
export const open = stage({ name: "open", config: {}, source: false, realize() { live.n++; console.log("open says hello"); } });
export const pictures = stage({ name: "pictures", config: {}, module, async realize(build) {
  for (let i = 1; i <= 4; i++) {
    await wait(i === 3 ? 3000 : 250);
    build.progress({ current: i, total: 4, unit: "images" });
    console.log("image " + i);
  }
} });
export const album = stage({ name: "album", config: { pictures }, module, realize() {} });
`;

beforeAll(() => writeFileSync(join(folder, "stages.ts"), stages));

let count = 0;
const freshRoot = (): string => join(folder, `store-${count++}`);
const env = { ...process.env, LIGHTNIX_ROOT: "", HOME: folder, XDG_DATA_HOME: "" };

function lightnix(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const inTerminal = (
  args: readonly string[],
  size: { columns?: number; rows?: number } = {},
  more = {},
): TestTerminal =>
  new TestTerminal([process.execPath, cli, "realize", ...args], {
    cwd: folder,
    env: { LIGHTNIX_ROOT: "", HOME: folder, ...more },
    ...size,
  });

const isAlive = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
};

function leftIn(root: string): string[] {
  const locks = readdirSync(join(root, "locks"));
  const temporary = readdirSync(join(root, "tmp"), { recursive: true }).map(String);
  return [...locks, ...temporary.filter((name) => /\/(build|scratch)-/u.test(name))];
}

describe("lightnix realize", () => {
  it("runs restricted what it is told to, and what it cannot restrict not at all", async () => {
    const root = freshRoot();
    const outside = join(folder, "outside");
    writeFileSync(
      join(folder, "writing.ts"),
      `import { writeFileSync } from "node:fs";
import { stage } from "lightnix";
export const writing = stage({ name: "writing", config: {}, module: import.meta.url, realize() { writeFileSync(${JSON.stringify(outside)}, "a"); } });`,
    );
    const refused = await lightnix("realize", "writing.ts", "--restricted", "--root", root);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("it runs restricted, and wanted to write to");
    expect(existsSync(outside)).toBe(false);
    const open = await lightnix("realize", "stages.ts:open", "--restricted", "--root", root);
    expect(open.stderr).toContain("it is to run restricted, and it is open, and so runs in this process");
    expect((await lightnix("realize", "stages.ts:model", "--restricted", "--root", root)).exitCode).toBe(0);
    expect((await lightnix("realize", "writing.ts", "--root", root)).exitCode).toBe(0);
    expect(existsSync(outside)).toBe(true);
  });

  it("warns of a file that is read besides the inputs, and of its change, on stderr and in events", async () => {
    const root = freshRoot();
    const data = join(folder, "train.csv");
    writeFileSync(data, "1,2");
    writeFileSync(
      join(folder, "reading.ts"),
      `import { readFileSync } from "node:fs";
import { stage } from "lightnix";
export const reading = stage({ name: "reading", config: {}, module: import.meta.url, realize() { readFileSync("train.csv"); } });`,
    );
    const first = await lightnix("realize", "reading.ts", "--root", root);
    expect(first.stderr).toContain('! reading  "reading" read train.csv, which is not among its inputs');
    expect((await lightnix("realize", "reading.ts", "--root", root)).stderr).not.toContain("train.csv");
    writeFileSync(data, "1,2,3");
    const told = await lightnix("realize", "reading.ts", "--root", root, "--json");
    const events = told.stdout.split("\n").filter((line) => line.includes('"warning"'));
    expect(events).toEqual([expect.stringContaining("has changed since")]);
    expect(told.exitCode).toBe(0);
    expect((await lightnix("explain", "reading.ts", "--root", root)).stdout).toContain("has changed since");
  });

  it("realizes a stage of a cell that displays, and keeps what it displays", async () => {
    // `lightnix run` uses the store of its environment.
    const root = join(folder, ".local/share/lightnix");
    const sources = [
      `%%stage shown
export const config = {};
export default () => { display.markdown("**bold**"); };
`,
      "await instantiate(shown);",
    ];
    const cells = sources.map((source, index) => ({
      cell_type: "code",
      id: `c${index}`,
      metadata: {},
      outputs: [],
      execution_count: null,
      source,
    }));
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
    writeFileSync(join(folder, "shown.ipynb"), JSON.stringify(notebook));
    const run = await lightnix("run", "shown.ipynb");
    const realized = await lightnix("realize", "shown");
    expect([run.exitCode, realized.exitCode]).toEqual([0, 0]);
    const rref = realized.stdout.split("\t")[0] as RRef;
    expect(replay(openStore({ root }), rref).entries).toEqual([
      expect.objectContaining({
        kind: "display",
        bundle: expect.objectContaining({ "text/markdown": "**bold**" }),
      }),
    ]);
  });

  it("prints on stdout the realizations and their folders alone, and on stderr how it went", async () => {
    const root = freshRoot();
    const { exitCode, stdout, stderr } = await lightnix(
      "realize",
      "stages.ts:model",
      "--root",
      root,
      "--args",
      "[5]",
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^rref:[0-9a-f]{32}-[0-9a-f]{32}-model\t\/.*-model\/[0-9a-f]{32}\n$/u);
    expect(stderr).toMatch(
      /^2 stages, \d+ jobs?\n▸ digits {2}started\n✓ digits {2}built in .*\n▸ model {2}started\n✓ model {2}built in .*\nbuilt 2 stages, reused 0, in .*\n$/u,
    );
    const [, path = ""] = stdout.trim().split("\t");
    expect(readFileSync(join(path, "__log__.txt"), "utf8")).toBe("[5]\n");
    const again = await lightnix("realize", "model", "--quiet", "--root", root);
    expect(again).toEqual({ exitCode: 0, stdout, stderr: "" });
  });

  it("takes several targets, of a module and of the store, and links them", async () => {
    const root = freshRoot();
    await lightnix("realize", "stages.ts:digits", "--root", root);
    const links = join(folder, "links");
    const both = await lightnix("realize", "digits", "stages.ts:open", "--root", root, "--link", links, "-q");
    expect(both.stdout.split("\n").map((line) => line.split("-").at(2)?.split("\t")[0])).toEqual([
      "digits",
      "open",
      undefined,
    ]);
    expect(readdirSync(links).toSorted()).toEqual(["digits", "open"]);
    expect(both.stdout).toContain(readlinkSync(join(links, "open")));
  });

  it("takes a sweep as its points", async () => {
    const { exitCode, stdout } = await lightnix("realize", "stages.ts:grid", "-q", "--root", freshRoot());
    expect({ exitCode, lines: stdout.trim().split("\n").length }).toEqual({ exitCode: 0, lines: 2 });
  });

  it("tells stages of one name apart by what differs in their configs", async () => {
    const root = freshRoot();
    const plan = await lightnix("realize", "stages.ts:grid", "--dry-run", "--root", root);
    expect(plan.stderr).toContain("· point lr 0.1  would run\n· point lr 0.2  would run");
    const { stderr } = await lightnix("realize", "stages.ts:grid", "--root", root);
    expect(stderr).toMatch(/point lr 0\.1 {2}built in/u);
    expect(stderr).toMatch(/point lr 0\.2 {2}built in/u);
  });

  it("ends quietly when nobody reads its output any more", async () => {
    const root = freshRoot();
    const command = `"${process.execPath}" "${cli}" realize stages.ts:digits --json --root "${root}" | head -1 | wc -l`;
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      execFile("sh", ["-c", command], { cwd: folder, env }, (_error, out, err) =>
        resolve({ stdout: out, stderr: err }),
      );
    });
    expect(stdout.trim()).toBe("1");
    expect(stderr).not.toContain("EPIPE");
  });

  it("keeps what an open stage prints out of its own output", async () => {
    const root = freshRoot();
    const { stdout } = await lightnix("realize", "stages.ts:open", "--json", "--root", root);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RealizeEventJson);
    expect(events.find(({ type }) => type === "log")).toMatchObject({
      text: "open says hello\n",
      stream: "stdout",
    });
  });

  it("with --json prints one event a line", async () => {
    const { exitCode, stdout, stderr } = await lightnix(
      "realize",
      "stages.ts:bad",
      "--json",
      "--root",
      freshRoot(),
    );
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RealizeEventJson);
    expect(exitCode).toBe(1);
    expect(events.find(({ type }) => type === "built")).toMatchObject({
      name: "digits",
      executor: "processes",
    });
    expect(events[0]).toMatchObject({ type: "planned", stages: [{ name: "digits" }, { name: "bad" }] });
    expect(events.at(-1)).toMatchObject({
      type: "failed",
      name: "bad",
      error: { code: "build-failed", message: expect.stringContaining("TypeError: the matrix is singular") },
    });
    expect(stderr).toContain('Cannot build "bad": TypeError: the matrix is singular');
  });

  it("says of a failure what is wrong, the end of its log, where the folder is, and what was not done", async () => {
    const root = freshRoot();
    const { exitCode, stdout, stderr } = await lightnix("realize", "stages.ts:after", "-k", "--root", root);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /✗ bad {2}failed after .*\n {2}TypeError: the matrix is singular\n {2}at stages\.ts:15:9\n {2}│ about to divide\n {2}kept: .*failed-bad.*\n– after {2}not built, because bad failed\n/u,
    );
    expect(stderr).toContain("✓ model  built");
    expect(stderr).toMatch(/\n1 failed, 1 not built, built 2 stages, reused 0, in .*\n$/u);
    const quiet = await lightnix("realize", "stages.ts:bad", "-q", "--root", root);
    expect(quiet.stderr).toMatch(
      /^Cannot build "bad": TypeError: the matrix is singular\nIts output folder/u,
    );
  });

  it("prints the realizations of those targets that came to one, when others failed", async () => {
    const root = freshRoot();
    const words = ["stages.ts:bad", "stages.ts:model", "stages.ts:digits"];
    const { exitCode, stdout } = await lightnix("realize", ...words, "-k", "--root", root);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^rref:\S+-model\t.*\nrref:\S+-digits\t.*\n$/u);
  });

  it("says what would run", async () => {
    const root = freshRoot();
    await lightnix("realize", "stages.ts:digits", "--root", root);
    const { exitCode, stdout, stderr } = await lightnix("realize", "stages.ts:model", "-n", "--root", root);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toContain("= digits  reused\n· model  would run\nwould build 1 stage, reuse 1\n");
  });

  it.each([
    [["realize"], 2, "it takes at least one word beside its options, and got nothing"],
    [["realize", "x", "--jobs", "0"], 2, 'Cannot use --jobs "0": it must be a whole number from 1 on'],
    [["realize", "x", "--new", "1.5"], 2, 'Cannot use --new "1.5"'],
    [["realize", "x", "--args", "{"], 2, "Cannot use --args '{': "],
    [["realize", "x"], 1, 'Cannot find the derivation "x"'],
    [["realize", "none.ts"], 1, "there is no such file"],
  ])("says what is wrong with %j", async (args, exitCode, message) => {
    const result = await lightnix(...args, "--root", freshRoot());
    expect(result).toEqual({ exitCode, stdout: "", stderr: expect.stringContaining(message) });
  });

  it("stops when it is told to, says what is kept, and leaves nothing behind", async () => {
    const root = freshRoot();
    const child = spawn(process.execPath, [cli, "realize", "stages.ts:slow", "--json", "--root", root], {
      cwd: folder,
      env,
    });
    let [stdout, stderr] = ["", ""];
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const pid = await new Promise<number>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        const [, found] = /"child (\d+)/u.exec(stdout) ?? [];
        if (found !== undefined) resolve(Number(found));
      });
    });
    const begun = performance.now();
    child.kill("SIGINT");
    const exitCode = await new Promise((resolve) => child.on("close", resolve));
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/it was cancelled; .*is kept/u);
    expect(isAlive(pid)).toBe(false);
    expect(leftIn(root)).toEqual([]);
    expect((await lightnix("realize", "digits", "-q", "--root", root)).exitCode).toBe(0);
  });
});

describe("lightnix realize on a terminal", () => {
  it("shows what goes on, with bars, times and the last words; what is done goes up; the rest is taken away", async () => {
    const terminal = inTerminal(["stages.ts:album", "--root", freshRoot()]);
    await terminal.shows(
      /▸ pictures {2}█+░+ {2}\S+ m?s · .*[123]\/4 images\n {2}│ image [1-3]\n· album {5}waits for pictures\n0 of 2 stages · \d/u,
    );
    expect(await terminal.ended).toBe(0);
    expect(await terminal.text()).toMatch(
      /^✓ pictures {2}built in \S+ m?s\n✓ album {2}built in \S+ m?s\nbuilt 2 stages, reused 0, in .*\nrref:\S+-album\s/u,
    );
    expect(terminal.raw).toContain("\x1b[32m✓ \x1b[39m");
  });

  it("hides the cursor while it draws, and shows it again whichever way it ends", async () => {
    const hidden = "\x1b[?25l";
    const shown = "\x1b[?25h";
    for (const target of ["stages.ts:digits", "stages.ts:bad"]) {
      const terminal = inTerminal([target, "--root", freshRoot()]);
      await terminal.ended;
      expect(terminal.raw.split(hidden)).toHaveLength(2);
      expect(terminal.raw.lastIndexOf(shown)).toBeGreaterThan(terminal.raw.lastIndexOf(hidden));
    }
  });

  it("stops at Ctrl-C, says so, kills what runs and gives the terminal back", async () => {
    const root = freshRoot();
    const terminal = inTerminal(["stages.ts:slow", "--root", root]);
    const [, pid = ""] = /child (\d+)/u.exec(await terminal.shows(/child \d+/u)) ?? [];
    terminal.type("\x03");
    expect(await terminal.ended).toBe(130);
    const text = await terminal.text();
    expect(text).toContain("Stopping what runs; what is done is kept");
    expect(text).toMatch(/– slow {2}stopped after/u);
    expect(text).toMatch(/1 not built, built 1 stage, reused 0, in /u);
    expect(text).toMatch(/it was cancelled; .*kept/u);
    expect(text).not.toContain("waits for");
    expect(terminal.raw.lastIndexOf("\x1b[?25h")).toBeGreaterThan(terminal.raw.lastIndexOf("\x1b[?25l"));
    expect(isAlive(Number(pid))).toBe(false);
    expect(leftIn(root)).toEqual([]);
  });

  it("keeps the folder of a build that was stopped after a while, and says where", async () => {
    const terminal = inTerminal(["stages.ts:deaf", "--root", freshRoot()]);
    await terminal.shows(/▸ deaf {2}(?:[5-9]|\d\d)\.\d s/u);
    terminal.type("\x03");
    expect(await terminal.ended).toBe(130);
    expect(await terminal.text()).toMatch(/– deaf {2}stopped after .*\n {2}kept: \/.*deaf/u);
  });

  it("ends at once at a second Ctrl-C, with the cursor shown", async () => {
    const terminal = inTerminal(["stages.ts:deaf", "--root", freshRoot()]);
    await terminal.shows(/│ I do not listen/u);
    const begun = performance.now();
    terminal.type("\x03");
    await terminal.shows(/Stopping what runs/u);
    terminal.type("\x03");
    expect(await terminal.ended).toBe(130);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(terminal.raw.lastIndexOf("\x1b[?25h")).toBeGreaterThan(terminal.raw.lastIndexOf("\x1b[?25l"));
  });

  it("never lets a line run over, and keeps its place when the window changes", async () => {
    const terminal = inTerminal(["stages.ts:slow", "--root", freshRoot()], { columns: 100, rows: 30 });
    await terminal.shows(/1 of 2 stages/u);
    terminal.resize(24, 10);
    await terminal.shows(/^1 of 2 stages.{0,9}…$/mu);
    terminal.resize(90, 30);
    await terminal.shows(/^1 of 2 stages .* left$/mu);
    const text = await terminal.text();
    expect(text.match(/▸ slow/gu)).toHaveLength(1);
    expect(text.match(/1 of 2 stages/gu)).toHaveLength(1);
    terminal.type("\x03");
    await terminal.ended;
  });

  it.each([
    [{ NO_COLOR: "1" }, false],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true],
    [{ FORCE_COLOR: "0" }, false],
  ])("with %j is coloured or not: %s", async (more, isColoured) => {
    const terminal = inTerminal(["stages.ts:open", "--root", freshRoot()], {}, more);
    await terminal.ended;
    expect(terminal.raw.includes("\x1b[32m")).toBe(isColoured);
    expect(await terminal.text()).toContain("✓ open  built in");
  });

  it("on one that can do nothing tells it in lines", async () => {
    const terminal = inTerminal(["stages.ts:open", "--root", freshRoot()], {}, { TERM: "dumb" });
    expect(await terminal.ended).toBe(0);
    expect(terminal.raw).not.toContain("\x1b");
    expect(await terminal.text()).toContain("▸ open  started\n✓ open  built in");
  });
});
