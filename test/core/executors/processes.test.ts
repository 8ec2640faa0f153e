// oxlint-disable no-console -- what realizers print is what is tested
import { AsyncLocalStorage } from "node:async_hooks";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  all,
  processes,
  realize,
  realize$,
  stage,
  type Closure,
  type ProcessesOptions,
  type ProcessExecutor,
  type RealizeEvent,
  type RealizeOptions,
} from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { crashFault } from "../../../core/executors/processes/crash.ts";
import { failedFolders, leftovers } from "../realize/leftovers.ts";
import { bundled } from "./bundled.ts";
import { isAlive } from "../../support/is-alive.ts";
import { projectRoot } from "../../support/jupyter.ts";

/** A pool that is closed when the test is over. */
function pool(options: ProcessesOptions = {}): ProcessExecutor {
  const made = processes(options);
  onTestFinished(() => made.close());
  return made;
}

/** The events of a realization, and its error if it has one; `onLog` is told when its realizers print something. */
async function follow(
  closure: Closure,
  { onLog, ...options }: RealizeOptions & { readonly onLog?: () => void },
): Promise<{ events: RealizeEvent[]; error: unknown }> {
  const events: RealizeEvent[] = [];
  const error = await new Promise<unknown>((resolve) => {
    realize$(closure, options).subscribe({
      next: (event) => {
        events.push(event);
        if (event.type === "log") onLog?.();
      },
      error: resolve,
      complete: () => resolve(undefined),
    });
  });
  return { events, error };
}

describe("processes()", () => {
  it("runs several outcomes of one stage at once, each in a process of its own", async () => {
    const [store, folder] = [freshStore(), freshFolder()];
    const executor = pool();
    const closure = await bundled(store, {
      config: { folder },
      async realize(build, { fs, delay }) {
        const { folder: meeting } = build.config as { folder: string };
        fs.writeFileSync(`${meeting}/${process.pid}`, "");
        // Whoever runs alone waits for ever.
        while (fs.readdirSync(meeting).length < 3) await delay(10);
        build.log(`in ${process.pid}`);
        fs.writeFileSync(build.path("pid"), String(process.pid));
      },
    });
    const several = {
      ...closure,
      derivations: closure.derivations.map((one) => ({ ...one, matcher: all() })),
    };
    const { events, error } = await follow(several, { executor, jobs: 3, count: 3 });
    expect(error).toBeUndefined();
    const rrefs = store.realizations(closure.dref);
    expect(new Set(rrefs.map((rref) => store.buildRecord(rref)["pid"])).size).toBe(3);
    for (const rref of rrefs)
      expect(store.log(rref)).toBe(`in ${readFileSync(join(store.path(rref), "pid"), "utf8")}\n`);
    const logs = events.filter((event) => event.type === "log").map(({ run }) => run ?? 0);
    expect(logs.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    expect(leftovers(store)).toEqual([]);
  });

  it("stops the processes of other runs of a stage when one of them crashes", async () => {
    const [store, folder] = [freshStore(), freshFolder()];
    const pids: number[][] = [];
    const executor = pool({ onProcesses: (now) => pids.push([...now]) });
    const closure = await bundled(store, {
      config: { folder },
      async realize(build, { fs, delay }) {
        const { folder: meeting } = build.config as { folder: string };
        fs.writeFileSync(`${meeting}/${process.pid}`, "");
        while (fs.readdirSync(meeting).length < 3) await delay(10);
        const [first] = fs.readdirSync(meeting).sort();
        if (first === String(process.pid)) process.exit(3);
        for (;;);
      },
    });
    const several = {
      ...closure,
      derivations: closure.derivations.map((one) => ({ ...one, matcher: all() })),
    };
    const { error } = await follow(several, { executor, jobs: 3, count: 3 });
    expect(error).toMatchObject({ code: "build-crashed" });
    await vi.waitFor(() => expect(pids.flat().filter(isAlive)).toEqual([]), { timeout: 20_000 });
    expect(failedFolders(store)).toHaveLength(1);
    expect(store.realizations(closure.dref)).toEqual([]);
    expect(leftovers(store)).toEqual([]);
  });

  it("runs a closed stage in a process of its own, which the record tells, and another run in the same one", async () => {
    const store = freshStore();
    const executor = pool();
    const closure = await bundled(store, {
      config: { size: 3 },
      realize(build, { fs }) {
        fs.writeFileSync(build.path("pid"), String(process.pid));
      },
    });
    const rref = await realize(closure, { executor });
    const pid = Number(readFileSync(join(store.path(rref), "pid"), "utf8"));
    expect(pid).not.toBe(process.pid);
    expect(store.buildRecord(rref)).toMatchObject({ executor: "processes", pid });
    const again = await realize(closure, { executor, force: true });
    expect(store.buildRecord(again).pid).toBe(pid);
    expect(leftovers(store)).toEqual([]);
  });

  it("runs open stages in this process", async () => {
    const store = freshStore();
    let here = 0;
    const open = stage({ name: "open", config: {}, realize: () => void (here = process.pid) });
    const rref = await realize(open, { store, executor: pool() });
    expect(here).toBe(process.pid);
    expect(store.buildRecord(rref)).not.toHaveProperty("executor");
  });

  it("gives realizers what they have in this process: config, dependencies, arguments, scratch folders, commands", async () => {
    const store = freshStore();
    const executor = pool();
    const words = await bundled(store, {
      name: "words",
      realize(build, { fs }) {
        fs.writeFileSync(build.path("words"), "one two three");
      },
    });
    const closure = await bundled(store, {
      name: "count",
      config: { words: words.dref, unit: "words" },
      async realize(build, { fs }) {
        const { words: input } = build.lens as unknown as { words: { syspath: string } };
        const copy = await build.scratch(input.syspath);
        await build.exec("sh", ["-c", `wc -w < ${copy}/words`]);
        fs.writeFileSync(build.path("args"), JSON.stringify([build.args, build.config]));
      },
    });
    const rref = await realize(closure, { executor, args: [1, "x"] });
    expect(store.log(rref)).toBe("3\n");
    expect(JSON.parse(readFileSync(join(store.path(rref), "args"), "utf8"))).toMatchObject([
      [1, "x"],
      { unit: "words", words: words.dref },
    ]);
    expect(leftovers(store)).toEqual([]);
  });

  it("tells of data that a realizer returns instead of writing it", async () => {
    const store = freshStore();
    const executor = pool();
    const closure = await bundled(store, { realize: () => ({ accuracy: 0.9 }) });
    expect(store.log(await realize(closure, { executor }))).toContain(
      "The realizer returned data and made no artifact",
    );
  });

  it("passes on progress, displays and what is printed, in the order in which it happens", async () => {
    const store = freshStore();
    const closure = await bundled(store, {
      async realize(build) {
        console.log("first");
        build.progress({ current: 1, total: 2 });
        console.error("second");
        build.log("third");
        build.display({ "text/plain": "shown" });
        process.stdout.write(Buffer.from("f\u00fcnf\n").subarray(0, 2));
        process.stdout.write(Buffer.from("f\u00fcnf\n").subarray(2));
        await build.exec("echo", ["fourth"]);
      },
    });
    const { events } = await follow(closure, { executor: pool() });
    const told: string[] = [];
    let last = "";
    for (const event of events.filter(({ type }) => /^(log|progress|display)$/.test(type))) {
      // How a text is cut is nobody's business.
      if (event.type === "log" && event.stream === last) told.push(`${told.pop()}${event.text}`);
      else if (event.type === "log") told.push(`${event.stream}: ${event.text}`);
      else if (event.type === "progress" || event.type === "display") told.push(event.type);
      last = event.type === "log" ? event.stream : "";
    }
    expect(told).toEqual([
      "stdout: first\n",
      "progress",
      "stderr: second\n",
      "log: third\n",
      "display",
      "stdout: f\u00fcnf\nfourth\n",
    ]);
  });

  it("logs what native code and processes print that the realizer has started without us", async () => {
    const store = freshStore();
    const closure = await bundled(store, {
      realize(_, { fs, child }) {
        fs.writeSync(1, "descriptor 1\n");
        fs.writeSync(2, "descriptor 2\n");
        child.execSync("echo grandchild", { stdio: "inherit" });
      },
    });
    const executor = pool();
    for (let run = 0; run < 3; run++) {
      const rref = await realize(closure, { executor, force: true });
      const lines = store.log(rref).trimEnd().split("\n");
      expect(lines.toSorted()).toEqual(["descriptor 1", "descriptor 2", "grandchild"]);
    }
  });

  it("keeps beginning and end of 300 MB that a realizer prints, and does not hold them in memory", async () => {
    const store = freshStore();
    const closure = await bundled(store, {
      realize() {
        console.log("the beginning");
        const line = "x".repeat(1023);
        for (let at = 0; at < 300 * 1024; at++) console.log(line);
        console.log("the end");
      },
    });
    let most = 0;
    const before = process.memoryUsage().rss;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    const rref = await realize(closure, { executor: pool() });
    clearInterval(watch);
    const log = store.log(rref);
    expect(log.startsWith("the beginning\n")).toBe(true);
    expect(log.endsWith("the end\n")).toBe(true);
    expect(log).toContain("characters were cut out here");
    expect(log.length).toBeLessThan(2 ** 21);
    // V8 collects buffers when it likes, from version to version differently.
    expect(most - before).toBeLessThan(200 * 2 ** 20);
  });

  it("says what happens where the realization was asked for, not where the process was started", async () => {
    const place = new AsyncLocalStorage<string>();
    const executor = pool();
    const closure = await bundled(freshStore(), { realize: () => console.log("said") });
    const placeOfLog = async (name: string): Promise<unknown> => {
      let found: unknown;
      await place.run(name, async () => {
        await new Promise<void>((complete, error) => {
          const next = ({ type }: RealizeEvent): unknown => type === "log" && (found = place.getStore());
          realize$(closure, { executor, force: true }).subscribe({ next, error, complete });
        });
      });
      return found;
    };
    expect(await placeOfLog("first cell")).toBe("first cell");
    expect(await placeOfLog("second cell")).toBe("second cell");
  });

  it("has the working folder and the environment of now in a process that was started before", async () => {
    const store = freshStore();
    const executor = pool();
    const closure = await bundled(store, {
      realize(build, { fs }) {
        fs.writeFileSync(build.path("env"), process.env["LIGHTNIX_TEST_WORD"] ?? "none");
      },
    });
    const run = async (): Promise<string> =>
      readFileSync(join(store.path(await realize(closure, { executor, force: true })), "env"), "utf8");
    onTestFinished(() => void Reflect.deleteProperty(process.env, "LIGHTNIX_TEST_WORD"));
    process.env["LIGHTNIX_TEST_WORD"] = "one";
    expect(await run()).toBe("one");
    process.env["LIGHTNIX_TEST_WORD"] = "two";
    expect(await run()).toBe("two");
    Reflect.deleteProperty(process.env, "LIGHTNIX_TEST_WORD");
    expect(await run()).toBe("none");
  });

  it("runs as many at once as it has jobs, whatever the realization asks for", async () => {
    const store = freshStore();
    const folder = freshFolder();
    const leaves = await Promise.all(
      [1, 2, 3].map((one) =>
        bundled(store, {
          name: `leaf${one}`,
          config: { folder },
          async realize(build, { fs, path, delay }) {
            const { folder: place } = build.config as { folder: string };
            const others = fs.readdirSync(place).length;
            fs.writeFileSync(path.join(place, build.dref), "");
            await delay(50);
            fs.rmSync(path.join(place, build.dref));
            fs.writeFileSync(build.path("others"), String(others));
          },
        }),
      ),
    );
    const rrefs = await realize(leaves, { executor: pool({ jobs: 1 }), jobs: 3 });
    const others = rrefs.map((rref) => readFileSync(join(store.path(rref), "others"), "utf8"));
    expect(others).toEqual(["0", "0", "0"]);
  });

  it("waits no longer for its turn when it is cancelled", async () => {
    const store = freshStore();
    const executor = pool({ jobs: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const endless = await bundled(store, {
      name: "endless",
      realize() {
        console.log("begun");
        for (;;);
      },
    });
    const waiting = await bundled(store, { name: "waiting", realize() {} });
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const running = follow(endless, { executor, signal: first.signal, onLog: () => begin() });
    await begun;
    const cancelled = follow(waiting, { executor, signal: second.signal });
    await later(50);
    second.abort();
    expect((await cancelled).error).toMatchObject({ code: "cancelled" });
    first.abort();
    await running;
    await expect(realize(waiting, { executor })).resolves.toMatch(/^rref:/);
  });

  it("refuses numbers of jobs that are none", async () => {
    expect(() => processes({ jobs: 0 })).toThrow("Cannot run 0 processes: it is a whole number from 1 on");
    const closure = await bundled(freshStore(), { realize() {} });
    await expect(realize(closure, { executor: pool(), jobs: 0 })).rejects.toThrow(RangeError);
  });

  it("runs nothing any more once it is closed, and fails what runs", async () => {
    const store = freshStore();
    const executor = pool();
    // A timer could still settle the promise: without one, the build would be known to be stuck.
    const endless = await bundled(store, {
      realize: () => {
        console.log("begun");
        return new Promise(() => void setInterval(Date.now, 1000));
      },
    });
    const { error } = await follow(endless, { executor, onLog: () => void executor.close() });
    expect(error).toMatchObject({
      code: "build-crashed",
      message: expect.stringContaining("its executor was closed while it ran"),
    });
    await expect(realize(endless, { executor })).rejects.toThrow(
      'Cannot run "model": its executor was closed. Make another by processes()',
    );
  });

  it("says so when no process can be started", async () => {
    const closure = await bundled(freshStore(), { realize() {} });
    const { execPath } = process;
    onTestFinished(() => void (process.execPath = execPath));
    process.execPath = "/nowhere/node";
    const { error } = await follow(closure, { executor: pool() });
    expect(error).toMatchObject({
      code: "build-crashed",
      message: expect.stringContaining(
        'Cannot build "model": no process could be started for it: spawn /nowhere/node ENOENT',
      ),
    });
  });

  it.skipIf(process.platform === "win32")(
    "says so, and goes on, when no more files may be opened",
    async () => {
      const script = fileURLToPath(new URL("no-files-left.mjs", import.meta.url));
      const limited = ["-c", 'ulimit -n 100; exec "$0" "$@"', process.execPath, script];
      const { stdout } = await promisify(execFile)("/bin/sh", [...limited, projectRoot, freshFolder()]);
      expect(JSON.parse(stdout)).toEqual({
        outcomes: [
          {
            code: "build-failed",
            cause: "exec-failed",
            message: expect.stringContaining(
              'Cannot run "true": this process has so many files open that it may open no more',
            ),
          },
          {
            code: "build-crashed",
            message: expect.stringMatching(
              /^Cannot build "closed": no process could be started for it: spawn .* EMFILE/u,
            ),
          },
        ],
        uncaught: [],
      });
    },
  );

  it("has processes leave that have nothing to do for a while", async () => {
    const seen: (readonly number[])[] = [];
    const executor = pool({ idleMs: 50, onProcesses: (pids) => seen.push(pids) });
    await realize(await bundled(freshStore(), { realize() {} }), { executor });
    const [[pid = 0] = []] = seen;
    expect(pid).toBeGreaterThan(0);
    await vi.waitFor(() => expect(seen.at(-1)).toEqual([]), { timeout: 20_000 });
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000 });
  });

  it("starts a process for each run that has a limit of memory", async () => {
    const store = freshStore();
    const executor = pool();
    const limits = { memoryBytes: 2 ** 28 };
    const closure = await bundled(store, {
      limits,
      realize(build, { fs }) {
        fs.writeFileSync(build.path("pid"), String(process.pid));
      },
    });
    const run = async (): Promise<number> => {
      const rref = await realize(closure, { executor, force: true });
      return Number(readFileSync(join(store.path(rref), "pid"), "utf8"));
    };
    const first = await run();
    expect(await run()).not.toBe(first);
    await vi.waitFor(() => expect(isAlive(first)).toBe(false), { timeout: 20_000 });
  });

  it("uses no process again in which something of a build goes on", async () => {
    const store = freshStore();
    const executor = pool();
    const pids = join(freshFolder(), "pids");
    const closure = await bundled(store, {
      config: { pids },
      realize(build, { fs, child }) {
        const { pids: file } = build.config as { pids: string };
        const left = child.spawn("sleep", ["100"], { detached: true, stdio: "ignore" });
        fs.appendFileSync(file, `${process.pid} ${left.pid} `);
      },
    });
    await realize(closure, { executor });
    await realize(closure, { executor, force: true });
    const [first, sleep, second] = readFileSync(pids, "utf8").trim().split(" ").map(Number);
    expect(second).not.toBe(first);
    expect([first, sleep].filter((one) => isAlive(one as number))).toEqual([]);
  });
});

describe("a realizer that forgets to wait", () => {
  it("has what it had begun to write published whole, and is told so", async () => {
    const store = freshStore();
    const executor = pool();
    const closure = await bundled(store, {
      realize(build, { fs }) {
        const stream = fs.createWriteStream(build.path("lines"));
        for (let line = 0; line < 300_000; line += 1) stream.write(`line ${line}\n`);
        stream.end();
      },
    });
    const rref = await realize(closure, { executor });
    expect(readFileSync(join(store.path(rref), "lines"), "utf8").endsWith("line 299999\n")).toBe(true);
    expect(store.log(rref)).toContain("The realizer returned before all was written");
  });

  it("is told nothing when it did wait", async () => {
    const store = freshStore();
    const closure = await bundled(store, {
      async realize(build, { fs }) {
        await fs.promises.writeFile(build.path("lines"), "whole");
      },
    });
    const rref = await realize(closure, { executor: pool() });
    expect(store.log(rref)).toBe("");
    // Of one request, what waits for it goes on before the request is over.
    const single = await bundled(store, {
      name: "single",
      async realize(build, { fs }) {
        await fs.promises.mkdir(build.path("folder"));
      },
    });
    expect(store.log(await realize(single, { executor: pool() }))).toBe("");
  });

  it("fails its build when what it waits for can never come, and the next build goes well", async () => {
    const store = freshStore();
    const executor = pool();
    const stuck = await bundled(store, { name: "stuck", realize: () => new Promise(() => undefined) });
    await expect(realize(stuck, { executor })).rejects.toMatchObject({
      code: "build-stuck",
      message: expect.stringContaining(
        'Cannot build "stuck": its realizer awaits a promise that nothing can settle any more',
      ),
    });
    const well = await bundled(store, { name: "well", realize: (_, { delay }) => delay(50) });
    await expect(realize(well, { executor })).resolves.toMatch(/^rref:/);
  }, 30_000);
});

describe("a realizer that throws in a process of its own", () => {
  it("fails its build with its own error, and the process goes on", async () => {
    const store = freshStore();
    const executor = pool();
    const closure = await bundled(store, {
      realize() {
        console.log(process.pid);
        throw Object.assign(new RangeError("no such epoch"), { code: "E_EPOCH" });
      },
    });
    const failure = async (): Promise<{ log: string }> => {
      const { error } = await follow(closure, { executor });
      expect(error).toMatchObject({
        code: "build-failed",
        message: expect.stringContaining('Cannot build "model": RangeError: no such epoch'),
        cause: { name: "RangeError", code: "E_EPOCH", stack: expect.stringContaining("stage.mjs") },
      });
      return (error as { data: { log: string } }).data;
    };
    expect((await failure()).log).toBe((await failure()).log);
  });

  it("fails its build, too, when nobody waited for what threw", async () => {
    const store = freshStore();
    const executor = pool();
    const rejects = await bundled(store, {
      name: "rejects",
      async realize(_, { delay }) {
        void Promise.reject(new Error("lost promise"));
        await delay(10_000);
      },
    });
    const throws = await bundled(store, {
      name: "throws",
      async realize(_, { delay }) {
        setTimeout(() => {
          throw new Error("lost callback");
        }, 20);
        await delay(10_000);
      },
    });
    const late = await bundled(store, {
      name: "late",
      realize() {
        void Promise.reject(new Error("late promise"));
      },
    });
    await expect(realize(rejects, { executor })).rejects.toThrow('Cannot build "rejects": lost promise');
    await expect(realize(throws, { executor })).rejects.toThrow('Cannot build "throws": lost callback');
    await expect(realize(late, { executor })).rejects.toThrow('Cannot build "late": late promise');
  });

  it("throws an error that is called what its class is called, as it would be here", async () => {
    const closure = await bundled(freshStore(), {
      realize() {
        class RequestError extends Error {}
        throw new RequestError("refused");
      },
    });
    await expect(realize(closure, { executor: pool() })).rejects.toMatchObject({
      message: expect.stringContaining("RequestError: refused"),
      cause: { name: "RequestError" },
    });
  });

  it("says so when it throws what is no error", async () => {
    const closure = await bundled(freshStore(), {
      realize() {
        // oxlint-disable-next-line typescript/only-throw-error -- that is what is tested
        throw "a word";
      },
    });
    await expect(realize(closure, { executor: pool() })).rejects.toThrow("it threw a word");
    const object = await bundled(freshStore(), {
      realize() {
        // oxlint-disable-next-line typescript/only-throw-error -- that is what is tested
        throw { status: 404, retry: () => undefined };
      },
    });
    await expect(realize(object, { executor: pool() })).rejects.toThrow(
      "it threw { status: 404, retry: [Function: retry] }",
    );
  });
});

describe("a package that is installed in another version", () => {
  it("is loaded anew, by a process of its own, and by the same one as long as nothing changes", async () => {
    const folder = freshFolder();
    const install = (version: string): Promise<Closure> => {
      const place = join(folder, "node_modules", "five");
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "package.json"), JSON.stringify({ name: "five", version }));
      writeFileSync(join(place, "index.js"), `module.exports = ${JSON.stringify(version)};`);
      return bundled(store, {
        config: { folder, turn: turn++ },
        packages: { five: version },
        realize(build, { path }) {
          const { folder: home } = build.config as { folder: string };
          const { createRequire } = process.getBuiltinModule("node:module");
          const five: unknown = createRequire(path.join(home, "here.js"))("five");
          console.log(five, process.pid);
        },
      });
    };
    let turn = 0;
    const store = freshStore();
    const executor = pool({ folders: [folder] });
    const said: string[][] = [];
    for (const version of ["1.0.0", "1.0.0", "1.1.0", "1.0.0"])
      said.push(
        store
          .log(await realize(await install(version), { executor }))
          .trim()
          .split(" "),
      );
    expect(said.map(([version]) => version)).toEqual(["1.0.0", "1.0.0", "1.1.0", "1.0.0"]);
    expect(said[1]).toEqual(said[0]);
  });
});

describe("a realizer that takes its process down", () => {
  const crash = async (
    realizer: Parameters<typeof bundled>[1]["realize"],
    limits?: { memoryBytes: number },
  ): Promise<{ code: string; message: string; data: { log: string; keptAt: string } }> => {
    const store = freshStore();
    const executor = pool();
    const closure = await bundled(store, { realize: realizer, ...(limits && { limits }) });
    const { error } = await follow(closure, { executor });
    expect(leftovers(store)).toEqual([]);
    expect(failedFolders(store)).toHaveLength(1);
    const well = await bundled(store, { name: "well", realize() {} });
    await expect(realize(well, { executor })).resolves.toMatch(/^rref:/);
    return error as Awaited<ReturnType<typeof crash>>;
  };

  it("by process.exit is one failed build, with its log and the exit code", async () => {
    const error = await crash(() => {
      console.log("before the end");
      process.exit(3);
    });
    expect(error).toMatchObject({ code: "build-crashed", data: { log: "before the end" } });
    expect(error.message).toContain(
      'Cannot build "model": its process ended before the build did: it called process.exit(3)',
    );
    expect(readFileSync(join(error.data.keptAt, "__log__.txt"), "utf8")).toBe("before the end\n");
  });

  it("by a fault in native code is one failed build, with the signal", async () => {
    const error = await crash(() => {
      console.log("before the fault");
      process.kill(process.pid, "SIGSEGV");
      for (;;);
    });
    expect(error).toMatchObject({ code: "build-crashed", data: { log: "before the fault" } });
    expect(error.message).toContain("SIGSEGV, a fault in native code");
  });

  it("by abort is one failed build", async () => {
    const error = await crash(() => process.abort());
    expect(error).toMatchObject({ code: "build-crashed", message: expect.stringContaining("SIGABRT") });
  });

  it("by SIGKILL is one failed build, and what kills so is named", async () => {
    const error = await crash(() => {
      process.kill(process.pid, "SIGKILL");
      for (;;);
    });
    expect(error).toMatchObject({
      code: "build-crashed",
      message: expect.stringContaining(
        "it was killed by SIGKILL, as the system does when the machine runs out of memory",
      ),
    });
  });

  it("by filling its heap is one failed build, with the limit", async () => {
    const error = await crash(
      () => {
        const held: unknown[] = [];
        for (;;) held.push(Array.from({ length: 1000 }, () => ({})));
      },
      { memoryBytes: 256 * 2 ** 20 },
    );
    expect(error).toMatchObject({
      code: "memory-limit",
      message: expect.stringContaining('Cannot build "model": it ran out of memory: limit 256 MB'),
    });
  });

  it("by filling as large a heap as Node gives is told how to ask for a larger one", () => {
    const lastWords = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
    const end = {
      exitCode: null,
      signal: "SIGABRT",
      byItself: false,
      lastWords,
      memoryBytes: undefined,
    } as const;
    expect(crashFault(end)).toMatchObject({
      code: "build-crashed",
      message:
        "it ran out of memory: its process had as large a heap as Node gives. A stage may ask for a larger one: limits: { memoryBytes }, in a cell %%stage --memory 8GB",
    });
  });

  it("by memory outside of its heap is one failed build, with the limit", async () => {
    const error = await crash(
      async (_, { delay }) => {
        const held: Buffer[] = [];
        for (;;) {
          held.push(Buffer.alloc(2 ** 24, 1));
          await delay(5);
        }
      },
      { memoryBytes: 256 * 2 ** 20 },
    );
    expect(error).toMatchObject({ code: "memory-limit", message: expect.stringContaining("limit 256 MB") });
  });

  it("by memory of a process that it started is one failed build, with the limit", async () => {
    const error = await crash(
      async (build) => {
        const eat = "const held = []; setInterval(() => held.push(Buffer.alloc(2 ** 24, 1)), 5)";
        await build.exec(process.execPath, ["-e", eat]);
      },
      { memoryBytes: 300 * 2 ** 20 },
    );
    expect(error).toMatchObject({ code: "memory-limit" });
  });

  it("takes along what it has started, in groups of their own as well", async () => {
    const pids = join(freshFolder(), "pids");
    const store = freshStore();
    const closure = await bundled(store, {
      config: { pids },
      async realize(build, { fs, child, delay }) {
        const { pids: file } = build.config as { pids: string };
        const away = child.spawn("sleep", ["100"], { detached: true, stdio: "ignore" });
        const group = build.exec("sh", ["-c", `sleep 100 & echo $! $$ ${away.pid} > ${file}; wait`]);
        while (!fs.existsSync(file)) await delay(10);
        process.kill(process.pid, "SIGKILL");
        await group;
      },
    });
    await expect(realize(closure, { executor: pool() })).rejects.toMatchObject({ code: "build-crashed" });
    const started = readFileSync(pids, "utf8").trim().split(" ").map(Number);
    expect(started).toHaveLength(3);
    expect(started.filter(isAlive)).toEqual([]);
  });

  it("is recorded where failures are", async () => {
    const store = freshStore();
    const closure = await bundled(store, { onFailure: "record", realize: () => process.exit(1) });
    const { error } = await follow(closure, { executor: pool() });
    expect(error).toMatchObject({ code: "build-crashed" });
    const [rref] = store.realizations(closure.dref);
    expect(store.failure(rref as never)).toMatchObject({
      error: expect.stringContaining("process.exit(1)"),
    });
  });
});

describe("cancelling builds in processes", () => {
  const deaf: Record<string, Parameters<typeof bundled>[1]["realize"]> = {
    "computes for ever": () => {
      console.log("running");
      for (;;);
    },
    "waits for nothing": () => {
      console.log("running");
      return new Promise(() => undefined);
    },
    "writes for ever": (build, { fs }) => {
      console.log("running");
      for (let at = 0; ; at++) fs.writeFileSync(build.path(`file${at % 100}`), "x");
    },
    "has a child and scratch": async (build, { fs, path }) => {
      fs.writeFileSync(path.join(await build.scratch(), "big"), "data");
      await build.exec("sh", ["-c", "trap '' TERM; echo running; sleep 100 & wait; sleep 100"]);
    },
    "takes no notice of signals": async (_, { delay }) => {
      process.on("SIGTERM", () => undefined);
      console.log("running");
      await delay(100_000);
    },
  };

  for (const [does, realizer] of Object.entries(deaf)) {
    it(`is over soon for a realizer that ${does}, and leaves nothing`, async () => {
      const store = freshStore();
      const controller = new AbortController();
      const pids: number[] = [];
      const executor = pool({ onProcesses: (now) => pids.push(...now) });
      const closure = await bundled(store, { realize: realizer });
      let cancelled = 0;
      await new Promise<void>((resolve) => {
        realize$(closure, { executor, signal: controller.signal }).subscribe({
          next: ({ type }) => {
            if (type !== "log" || cancelled !== 0) return;
            cancelled = performance.now();
            controller.abort();
          },
          error: (error: { code: string }) => {
            expect(error.code).toBe("cancelled");
            resolve();
          },
        });
      });
      expect(performance.now() - cancelled).toBeLessThan(20_000);
      expect(leftovers(store)).toEqual([]);
      expect(failedFolders(store)).toEqual([]);
      expect(pids.filter(isAlive)).toEqual([]);
    });
  }

  it("keeps what is finished, and says what", async () => {
    const store = freshStore();
    const controller = new AbortController();
    const done = await bundled(store, { name: "done", realize() {} });
    const endless = await bundled(store, {
      name: "endless",
      config: { done: done.dref },
      realize() {
        console.log("running");
        for (;;);
      },
    });
    const error = await new Promise<unknown>((resolve) => {
      realize$(endless, { executor: pool(), signal: controller.signal }).subscribe({
        next: ({ type }) => type === "log" && controller.abort(),
        error: resolve,
      });
    });
    expect(error).toMatchObject({
      code: "cancelled",
      message: 'Cannot realize "endless": it was cancelled; what was built before is kept: "done"',
    });
    expect(store.realizations(done.dref)).toHaveLength(1);
  });

  it("is what a time limit does", async () => {
    const store = freshStore();
    const closure = await bundled(store, {
      limits: { timeMs: 1000 },
      realize() {
        console.log("on the way");
        for (;;);
      },
    });
    await expect(realize(closure, { executor: pool() })).rejects.toMatchObject({
      code: "time-limit",
      message: expect.stringContaining("it took longer than its limit of 1 s"),
      data: { log: "on the way" },
    });
    expect(existsSync(join(store.root, "locks"))).toBe(true);
    expect(leftovers(store)).toEqual([]);
  });
});
