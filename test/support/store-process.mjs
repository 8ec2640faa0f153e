// A process of its own that works in a store, for tests of what happens between processes. It runs the compiled core.
//   node store-process.mjs <folder of the project> <root> <task> [argument]
// It prints one JSON value a line.
import { kill } from "node:process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const [project, root, task, argument] = process.argv.slice(2);
const core = pathToFileURL(`${project}/dist/core/`);
const { openStore } = await import(new URL("index.js", core).href);
const { buildRecord } = await import(new URL("store/record.js", core).href);

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const store = openStore({ root, durable: false });
const now = new Date();

const tasks = {
  /** Takes the lock of a derivation and keeps it until a line comes in. */
  async hold() {
    const lock = await store.lock(argument, { onWait: (holder) => say({ waiting: holder }) });
    say({ locked: process.pid });
    await new Promise((resolve) => process.stdin.once("data", resolve));
    lock.release();
    say({ released: process.pid });
    process.exit();
  },

  /** Takes the lock and ends, in an orderly way, without letting go of it or of what it has made so far. */
  async forget() {
    await store.lock(argument);
    writeFileSync(`${await store.tempFolder("half")}/made`, "so far");
    say({ locked: process.pid });
    process.exit();
  },

  /** Takes and lets go of a lock again and again, and looks whether it is alone with it. */
  async contend() {
    const inside = `${root}/inside`;
    for (;;) {
      const lock = await store.lock(argument);
      const other = existsSync(inside) ? Number(readFileSync(inside, "utf8")) : 0;
      if (other !== 0 && (await isAlive(other))) say({ violation: [process.pid, other] });
      writeFileSync(inside, String(process.pid));
      await setTimeout(Math.random() * 4);
      if (Number(readFileSync(inside, "utf8")) !== process.pid) say({ violation: [process.pid] });
      rmSync(inside);
      say({ turn: process.pid });
      lock.release();
      await setTimeout(Math.random() * 2);
    }
  },

  /** Tries once to take each lock in a file of derivations, as soon as that file is there, and tells which ones it got. */
  async race() {
    await store.tempFolder("ready");
    say({ ready: process.pid });
    while (!existsSync(argument));
    const got = [];
    for (const dref of JSON.parse(readFileSync(argument, "utf8"))) {
      const taken = new AbortController();
      await store.lock(dref, { signal: taken.signal, onWait: () => taken.abort() }).then(
        () => got.push(dref),
        () => {},
      );
    }
    say({ got });
    await setTimeout(600_000);
  },

  /** Fills a temp folder, part of it read-only, and keeps it. */
  async fill() {
    const folder = await store.tempFolder("build");
    writeFileSync(`${folder}/half`, "half");
    mkdirSync(`${folder}/sub`);
    writeFileSync(`${folder}/sub/file`, "");
    chmodSync(`${folder}/sub`, 0o555);
    say({ folder });
    await setTimeout(600_000);
  },

  /** Commits one outcome after the other, without end. */
  async commit() {
    for (let turn = 0; ; turn++) {
      const dref = await store.putDerivation("part", { turn, by: process.pid });
      const folder = await store.tempFolder("build");
      for (let index = 0; index < 20; index++) writeFileSync(`${folder}/${index}`, String(Math.random()));
      await store.commit(dref, folder, { context: {}, record: buildRecord(now, now), log: "text" });
      say({ turn });
    }
  },

  /** Goes once through all that is done to a store, and tells what came of it. */
  async cycle() {
    const dref = await store.putDerivation("whole", { a: 1 });
    const lock = await store.lock(dref);
    const commit = async (text) => {
      const folder = await store.tempFolder("build");
      writeFileSync(`${folder}/a`, text);
      return store.commit(dref, folder, { context: {}, record: buildRecord(now, now), log: "text" });
    };
    const [first, again, other] = [await commit("x"), await commit("x"), await commit("y")];
    const folder = await store.tempFolder("build");
    writeFileSync(`${folder}/a`, "z", { mode: 0o444 });
    const kept = await store.keepFailed(folder, dref);
    lock.release();
    say({ uid: process.getuid(), dref, first, again, other, kept });
  },

  /** Tries to write, and tells the error. */
  async write() {
    try {
      await store.putDerivation("new", { b: 1 });
      say({ ok: true });
    } catch (error) {
      say({ code: error.code, message: error.message });
    }
  },
};

/** A killed process is there a moment longer, until its parent has taken notice. */
async function isAlive(pid) {
  for (let turn = 0; turn < 100; turn++) {
    try {
      kill(pid, 0);
    } catch {
      return false;
    }
    await setTimeout(20);
  }
  return true;
}

await tasks[task]();
