// oxlint-disable no-console -- what realizers print is what is tested
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openStore, type DRef, type Store } from "../../../core/index.ts";
import type { Display } from "../../../kernel/display/index.ts";
import type { KernelClient, Published } from "../../../kernel/app/client.ts";
import { spawnKernel, type SpawnedKernel } from "../../../kernel/app/spawn.ts";
import { bundled, type Bundled } from "../../core/executors/bundled.ts";
import { leftovers } from "../../core/realize/leftovers.ts";
import { isAlive } from "../../support/is-alive.ts";

let kernel: SpawnedKernel;
let store: Store;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lightnix-processes-"));
  store = openStore({ root: join(folder, "store"), durable: false });
  kernel = await spawnKernel({ folder, env: { LIGHTNIX_ROOT: store.root, HOME: folder } });
});
afterAll(async () => {
  await kernel.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly status: string;
  readonly error: string;
  readonly published: readonly Published[];
  /** The text of all that was displayed and printed. */
  readonly text: string;
}

async function cell(client: KernelClient, code: string): Promise<Ran> {
  const published: Published[] = [];
  const reply = await client.execute(code, { onPublished: (one) => published.push(one) });
  const text = published.map(({ content }) => JSON.stringify(content)).join("\n");
  return { status: reply.status, error: reply.status === "error" ? reply.evalue : "", published, text };
}

/** Makes a closed derivation, and a variable of the notebook for it. */
async function closed(name: string, parts: Omit<Bundled, "name">): Promise<DRef> {
  const { dref } = await bundled(store, { name, ...parts });
  const code = `import { closureFromStore, openStore, type DRef } from "lightnix";
const ${name} = await closureFromStore(openStore(), "${dref}" as DRef, { folders: [] });`;
  expect(await cell(kernel.client, code)).toMatchObject({ status: "ok", error: "" });
  return dref;
}

function displayed({ published }: Ran): Record<string, unknown>[] {
  return published.flatMap((one) =>
    one.type === "display_data" || one.type === "update_display_data" ? [one.content.data] : [],
  );
}

function pidOf(dref: DRef): number {
  const [rref] = store
    .realizations(dref)
    .toSorted((a, b) => (store.buildRecord(a).stopped < store.buildRecord(b).stopped ? 1 : -1));
  return store.buildRecord(rref as never).pid;
}

interface Running {
  readonly pid: number;
  readonly command: string;
}

// What a kernel has for itself.
const serves = /tsc|esbuild|lightnix-witness/u;

/** All that a process has started, at whatever remove. */
function processesBelow(pid: number): Running[] {
  const rows = execFileSync("ps", ["-axo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .flatMap((found) => (found === null ? [] : [found]))
    .map(([, own, parent, command = ""]) => ({ pid: Number(own), parent: Number(parent), command }));
  const below = (one: number): Running[] =>
    rows.filter(({ parent }) => parent === one).flatMap((row) => [row, ...below(row.pid)]);
  return below(pid);
}

describe("a closed stage in a notebook", () => {
  it("runs in a process of its own, and displays and prints as in the kernel", async () => {
    const dref = await closed("shows", {
      host: ["display", "clearOutput"],
      realize() {
        console.log("printed there");
        display.html("<b>one</b>").update({ "text/html": "<b>two</b>" });
        display([{ epoch: 1, loss: 0.5 }]);
      },
    });
    const ran = await cell(kernel.client, "%realize shows");
    expect(ran).toMatchObject({ status: "ok" });
    const html = displayed(ran).map((data) => String(data["text/html"]));
    expect(html).toContain("<b>one</b>");
    expect(html).toContain("<b>two</b>");
    // The very bundle that display() makes of a table.
    const direct = await cell(kernel.client, "display([{ epoch: 1, loss: 0.5 }])");
    expect(html).toContain(displayed(direct)[0]?.["text/html"]);
    expect(store.log(store.realizations(dref)[0] as never)).toBe("printed there\n");
    expect(pidOf(dref)).not.toBe(kernel.process.pid);
  });

  it("displays also when a cell realizes it by realize()", async () => {
    await closed("tells", {
      host: ["display"],
      realize() {
        display.text("told from there");
      },
    });
    expect((await cell(kernel.client, "await realize(tells);")).text).toContain("told from there");
  });

  it("cannot ask, and says so", async () => {
    await closed("asks", {
      host: ["input"],
      async realize() {
        await input("Name?");
      },
    });
    expect((await cell(kernel.client, "%realize asks")).error).toContain(
      'Cannot ask "Name?": a realizer in a process of its own has nobody to ask',
    );
  });

  it("that crashes fails its cell, and the notebook keeps its state", async () => {
    await closed("crashes", {
      realize() {
        console.log("last words");
        process.kill(process.pid, "SIGSEGV");
        for (;;);
      },
    });
    await cell(kernel.client, "const kept = 41;");
    const ran = await cell(kernel.client, "%realize crashes");
    expect(ran.error).toContain('Cannot build "crashes": its process ended before the build did: SIGSEGV');
    expect(ran.text).toContain("last words");
    expect((await cell(kernel.client, "kept + 1")).text).toContain("42");
  });
});

describe("a closed stage that throws", () => {
  it("shows where in its cell, and in what it took from other cells, as one that runs here", async () => {
    await cell(
      kernel.client,
      "function check(rate: number) {\n  if (rate > 1) throw new RangeError('too large');\n}",
    );
    await cell(
      kernel.client,
      "%%stage wrong\nexport const config = { rate: 2 };\n\nexport default async (build: Build) => {\n  await Promise.resolve();\n  check(build.config.rate);\n};",
    );
    const reply = await kernel.client.execute("%realize wrong");
    const traceback = reply.status === "error" ? reply.traceback : [];
    const text = stripVTControlCharacters(traceback.join("\n"));
    expect(text).toContain("Caused by RangeError: too large");
    expect(text).toMatch(/stage:wrong\/captured:2:\d+ in check/);
    expect(text).toMatch(/Cell \[\d+\], line 6 in .*\n +> 6 \| +check\(build\.config\.rate\);/);
  });

  it("shows it in its column, also in the line where the realizer begins", async () => {
    const source = 'export default () => { throw new Error("at once"); };';
    await cell(kernel.client, `%%stage hasty\nexport const config = {};\n${source}`);
    const reply = await kernel.client.execute("%realize hasty");
    const traceback = reply.status === "error" ? reply.traceback : [];
    const lines = stripVTControlCharacters(traceback.join("\n")).split("\n");
    const shown = lines.findIndex((line) => line.endsWith(source));
    const [above = "", below = ""] = lines.slice(shown);
    expect(below.indexOf("^") - above.indexOf(source)).toBe(source.indexOf("new Error"));
  });
});

describe("an interrupt", () => {
  it("stops open and closed stages within a second, and leaves nothing of them", async () => {
    await closed("computes", {
      async realize(build, { child }) {
        console.log(`pids ${process.pid} ${child.spawn("sleep", ["100"]).pid}`);
        await build.exec("sh", ["-c", "echo pids $$; sleep 100 & echo pids $!"]).catch(() => undefined);
        for (;;);
      },
    });
    await closed("works", {
      realize() {
        console.log(`pids ${process.pid}`);
        for (;;);
      },
    });
    await cell(
      kernel.client,
      `const waits = stage({
         name: "waits",
         config: {},
         source: { code: "waits" },
         realize: (build) => build.exec("sh", ["-c", "echo pids $$; sleep 100"]),
       });`,
    );
    let printed = "";
    let interrupted = 0;
    const running = kernel.client.execute(
      `const followed: string[] = [];
       realize$(waits).subscribe({ error: () => {} });
       await Promise.all([computes, works].map((one) => new Promise<void>((_, reject) => realize$(one, { jobs: 4 }).subscribe({
         next: (event) => { if (event.type === "log") console.log(event.text); },
         error: reject,
       }))));`,
      {
        onPublished: ({ type, content }) => {
          if (type === "stream") printed += String(content["text"]);
          if (interrupted !== 0 || (printed.match(/pids/g)?.length ?? 0) < 4) return;
          interrupted = performance.now();
          kernel.client.request("interrupt_request").catch(() => undefined);
        },
      },
    );
    const reply = await running;
    const ms = performance.now() - interrupted;
    expect(reply.status).toBe("error");
    expect(ms).toBeLessThan(20_000);
    const pids = [...printed.matchAll(/pids ([\d ]+)/g)].flatMap(([, found = ""]) =>
      found.trim().split(" ").map(Number),
    );
    expect(pids.length).toBeGreaterThanOrEqual(5);
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 10_000 });
    await vi.waitFor(() => expect(leftovers(store)).toEqual([]), { timeout: 10_000 });
  });

  it("of %realize stops what runs there and here, keeps what is done, and says what", async () => {
    const define = async (name: string, flags: string, config: string, body: string): Promise<void> => {
      const code = `%%stage ${name} ${flags}\nexport const config = ${config};\nexport default async (build: Build) => {\n${body}\n};`;
      expect(await cell(kernel.client, code)).toMatchObject({ status: "ok", error: "" });
    };
    await define("quick", "", "{}", 'build.log("done")');
    await define("loops", "", "{ quick }", "build.log(`pids ${process.pid}`); for (;;);");
    await define(
      "commands",
      "",
      "{ quick }",
      'await build.exec("sh", ["-c", "sleep 100 & echo pids $$ $!; trap : TERM; sleep 100; sleep 100"]);',
    );
    await define("here", "--open", "{ quick }", 'await build.exec("sh", ["-c", "echo pids $$; sleep 100"]);');
    await define("top", "", "{ loops, commands, here }", "");
    await cell(kernel.client, "const stillThere = 41;");
    const logs = (): string =>
      readdirSync(join(store.root, "tmp"), { recursive: true, encoding: "utf8" }).join("\n");
    const published: Published[] = [];
    const started = kernel.client.execute("%realize top --jobs 4", {
      onPublished: (one) => published.push(one),
    });
    await vi.waitFor(() => expect(logs().match(/build-\d+$/gm)?.length).toBe(3), { timeout: 20_000 });
    const below = (): ReturnType<typeof processesBelow> =>
      processesBelow(kernel.process.pid as number).filter(({ command }) => !serves.test(command));
    await vi.waitFor(() => expect(below().length).toBeGreaterThanOrEqual(6), { timeout: 20_000 });
    const children = below();
    const interrupted = performance.now();
    await kernel.client.request("interrupt_request");
    expect((await started).status).toBe("error");
    expect(performance.now() - interrupted).toBeLessThan(20_000);
    const left = (): string[] => children.filter(({ pid }) => isAlive(pid)).map(({ command }) => command);
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 10_000 });
    await vi.waitFor(() => expect(leftovers(store)).toEqual([]), { timeout: 10_000 });
    const view = displayed({ published } as never)
      .map((data) => String(data["text/plain"]))
      .at(-1);
    expect(view).toMatch(/built +quick/);
    expect(view).toContain("interrupted");
    expect((await cell(kernel.client, "stillThere + 1")).text).toContain("42");
  });

  it("of a cell that waits for another program spares the processes of stages", async () => {
    const dref = await closed("spared", { realize() {} });
    expect((await cell(kernel.client, "%realize spared")).status).toBe("ok");
    const running = cell(
      kernel.client,
      `import { execSync } from "node:child_process"; execSync("sleep 100");`,
    );
    const commands = (): string =>
      processesBelow(kernel.process.pid as number)
        .map(({ command }) => command)
        .join("\n");
    await vi.waitFor(() => expect(commands()).toMatch(/sleep 100$/mu), { timeout: 20_000 });
    await kernel.client.request("interrupt_request");
    expect((await running).status).toBe("error");
    expect(isAlive(pidOf(dref))).toBe(true);
  });
});

describe("the end of the kernel", () => {
  for (const [how, end] of Object.entries({
    "by a shutdown": (one: SpawnedKernel) => one.stop(),
    "by kill -9": (one: SpawnedKernel) => Promise.resolve(void one.process.kill("SIGKILL")),
  })) {
    it(`${how} is the end of its processes`, async () => {
      const other = await spawnKernel({ folder, env: { LIGHTNIX_ROOT: store.root, HOME: folder } });
      try {
        const idle = await bundled(store, { name: "idle", config: { how }, realize() {} });
        const busy = await bundled(store, {
          name: "busy",
          config: { how },
          realize() {
            console.log(process.pid);
            for (;;);
          },
        });
        const made = await cell(
          other.client,
          `import { closureFromStore, openStore, type DRef } from "lightnix";
           const open = (dref: string) => closureFromStore(openStore(), dref as DRef);
           const idle = await open("${idle.dref}"), busy = await open("${busy.dref}");
           await realize(idle);`,
        );
        expect(made).toMatchObject({ status: "ok", error: "" });
        const pids = [pidOf(idle.dref)];
        let text = "";
        const running = other.client
          .execute(
            `await new Promise<void>((_, reject) => realize$(busy).subscribe({
               next: (event) => { if (event.type === "log") console.log(event.text); }, error: reject }));`,
            {
              onPublished: (one) => {
                if (one.type === "stream") text += one.content.text;
              },
            },
          )
          .catch(() => undefined);
        await vi.waitFor(() => expect(text).toMatch(/\d/), { timeout: 20_000 });
        pids.push(Number(text));
        expect(pids.filter(isAlive)).toEqual(pids);
        await end(other);
        await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 20_000 });
        await running;
      } finally {
        await other.stop(0);
      }
    });
  }
});

// What the realizers have from the kernel.
declare const display: Display;
declare function input(prompt: string): Promise<string>;
