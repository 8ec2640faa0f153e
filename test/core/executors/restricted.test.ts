import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  processes,
  realize,
  stage,
  verify,
  type Closure,
  type ProcessExecutor,
  type RealizeOptions,
  type Store,
} from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { leftovers } from "../realize/leftovers.ts";
import { bundled, type Bundled } from "./bundled.ts";

function pool(): ProcessExecutor {
  const made = processes();
  onTestFinished(() => made.close());
  return made;
}

async function closureOf(store: Store, realizer: Bundled["realize"], config = {}): Promise<Closure> {
  return await bundled(store, { realize: realizer, config, limits: { restricted: true } });
}

/** What comes of a restricted run that goes wrong. */
async function refusal(realizer: Bundled["realize"], config = {}): Promise<unknown> {
  const store = freshStore();
  return await realize(await closureOf(store, realizer, config), { executor: pool() }).catch(
    (error: unknown) => error,
  );
}

describe("a restricted run", () => {
  it("writes into its own output and scratch folders, and reads what it likes", async () => {
    const store = freshStore();
    const closure = await closureOf(store, async (build, { fs, path }) => {
      build.log("begins");
      const scratch = await build.scratch();
      fs.writeFileSync(path.join(scratch, "a"), "scratch");
      fs.writeFileSync(build.path("deep", "b"), fs.readFileSync(path.join(scratch, "a")));
      fs.mkdtempSync(path.join(process.env["TMPDIR"] ?? "", "own-"));
      fs.readdirSync(build.store.root);
      build.progress({ current: 1 });
      build.display({ "text/plain": "shown" });
    });
    const rref = await realize(closure, { executor: pool() });
    expect(readFileSync(join(store.path(rref), "deep", "b"), "utf8")).toBe("scratch");
    expect(store.log(rref)).toBe("begins\n");
    expect(store.buildRecord(rref)).toMatchObject({ executor: "processes" });
    expect(await verify(store)).toEqual([]);
    expect(leftovers(store)).toEqual([]);
  });

  it("imports packages of JavaScript, and says which one wants native code", async () => {
    const folder = freshFolder();
    const install = (name: string, code: string): void => {
      const place = join(folder, "node_modules", name);
      mkdirSync(place, { recursive: true });
      writeFileSync(
        join(place, "package.json"),
        JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
      );
      writeFileSync(join(place, "index.js"), code);
    };
    install("five", "exports.five = 5;");
    install("native", "process.dlopen({ exports: {} }, __filename);");
    install(
      "wrapped",
      "try { require('native'); } catch (cause) { throw new Error('reinstall it', { cause }); }",
    );
    install(
      "told",
      "try { require('native'); } catch ({ code }) { throw new Error(`reinstall it: ${code}`); }",
    );
    const executor = processes({ folders: [folder] });
    onTestFinished(() => executor.close());
    const store = freshStore();
    const using = async (name: string): Promise<unknown> => {
      const closure = await bundled(store, {
        limits: { restricted: true },
        packages: { [name]: "1.0.0" },
        imports: [name],
        realize: (build, { imported }) => build.log(JSON.stringify(imported)),
      });
      return await realize(closure, { executor }).then(
        (rref) => store.log(rref),
        (error: unknown) => error,
      );
    };
    expect(await using("five")).toContain('{"five":{"');
    for (const name of ["native", "wrapped", "told"])
      expect(await using(name)).toMatchObject({
        code: "restricted",
        message: expect.stringContaining("it runs restricted, and wanted to load native code"),
      });
    expect(await using("none")).toMatchObject({
      message: expect.stringContaining("the package none@1.0.0 is not installed"),
    });
  });

  it("has a process of its own, whether the stage wants it or the caller", async () => {
    const store = freshStore();
    const executor = pool();
    const closure = await bundled(store, {
      realize: (build, { fs }) => fs.writeFileSync(build.path("restricted"), String("permission" in process)),
    });
    const texts: string[] = [];
    for (const restricted of [false, true, false]) {
      const rref = await realize(closure, { executor, restricted, force: true });
      texts.push(readFileSync(join(store.path(rref), "restricted"), "utf8"));
    }
    expect(texts).toHaveLength(3);
    const outside = join(realpathSync(freshFolder()), "a");
    const writing = await bundled(store, {
      name: "writing",
      config: { outside },
      realize: (build, { fs }) => fs.writeFileSync((build.config as { outside: string }).outside, "a"),
    });
    await realize(writing, { executor, restricted: true }).catch(() => undefined);
    expect(existsSync(outside)).toBe(false);
    await realize(writing, { executor });
    expect(existsSync(outside)).toBe(true);
  });

  it("does not write anywhere else, and says where it wanted to", async () => {
    const outside = join(realpathSync(freshFolder()), "a");
    expect(
      await refusal((build, { fs }) => fs.writeFileSync((build.config as { outside: string }).outside, "a"), {
        outside,
      }),
    ).toMatchObject({
      code: "restricted",
      message: expect.stringContaining(
        `Cannot build "model": it runs restricted, and wanted to write to "${outside}": it may write into its own output and scratch folders`,
      ),
    });
    expect(existsSync(outside)).toBe(false);
    const elsewhere = await refusal((build, { fs }) => fs.writeFileSync(`${build.store.root}/x`, "a"));
    expect(elsewhere).toMatchObject({ code: "restricted" });
  });

  it("starts no processes and no threads, and makes no links", async () => {
    expect(await refusal((build) => build.exec("true"))).toMatchObject({
      code: "restricted",
      message: expect.stringContaining("wanted to start a process, which would be under no restriction"),
    });
    expect(
      await refusal(() => {
        const { Worker } = process.getBuiltinModule("node:worker_threads");
        return new Worker("", { eval: true });
      }),
    ).toMatchObject({ message: expect.stringContaining("wanted to start a thread") });
    expect(await refusal((build, { fs }) => fs.symlinkSync("/", build.path("root")))).toMatchObject({
      code: "restricted",
    });
    const addon = join(freshFolder(), "addon.node");
    writeFileSync(addon, "It is refused before it is looked at");
    expect(
      await refusal(
        (build) => {
          const { createRequire } = process.getBuiltinModule("node:module");
          createRequire(`${build.out}/a.js`)((build.config as { addon: string }).addon);
        },
        {
          addon,
        },
      ),
    ).toMatchObject({
      message: expect.stringContaining("it runs restricted, and wanted to load native code"),
    });
  });

  it("keeps errors of the realizer's own as they are", async () => {
    expect(
      await refusal(() => {
        throw new TypeError("no");
      }),
    ).toMatchObject({ code: "build-failed", cause: { name: "TypeError", message: "no" } });
  });

  it("is refused where it cannot be had: in this process", async () => {
    const store = freshStore();
    const closure = await closureOf(store, () => undefined);
    await expect(realize(closure)).rejects.toMatchObject({
      code: "not-restrictable",
      message: expect.stringContaining(
        "it is to run restricted, and this executor runs it in this process. Give realize() processes()",
      ),
    });
    let ran = false;
    const open = stage({ name: "open", config: {}, realize: () => void (ran = true) });
    const options: RealizeOptions = { store, executor: pool(), restricted: true };
    await expect(realize(open, options)).rejects.toMatchObject({
      code: "not-restrictable",
      message: expect.stringContaining(
        "it is to run restricted, and it is open, and so runs in this process: ",
      ),
    });
    expect(ran).toBe(false);
  });
});
