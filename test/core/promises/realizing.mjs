// A process of its own that realizes stages, for tests that break off, crowd or mislead such processes. It runs the compiled core.
//   node realizing.mjs <task as JSON>
// It prints one JSON value a line.
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const task = JSON.parse(process.argv[2]);
if (task.clockMs !== undefined) shiftClock(task.clockMs);
const { latest, openStore, realize$, realizeMany, stage } = await import("../../../dist/core/index.js");

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const store = openStore({ durable: false, ...task.store });

/** Moves this process's clock. */
function shiftClock(byMs) {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(RealDate.now() + byMs);
      else super(...given);
    }
    static now() {
      return RealDate.now() + byMs;
    }
  };
}

/** Many stages, each on two of the ones before it, with artifacts of all kinds; every third has a random one. */
function mesh({ count, generation }) {
  const stages = [];
  for (let index = 0; index < count; index += 1) {
    const on = [stages[index - 1], stages[index >> 1]].filter((one) => one !== undefined);
    stages.push(
      stage({
        name: `part-${index}`,
        config: { index, generation, on: index % 7 === 0 ? [] : on },
        realize(build) {
          mkdirSync(build.path("folder", "empty"), { recursive: true });
          for (let file = 0; file < 6; file += 1)
            writeFileSync(build.path("folder", `${file}`), "x".repeat(file * 20_000));
          if (index % 3 === 0) writeFileSync(build.path("random"), String(Math.random()));
          build.log(`part ${index}`);
        },
      }),
    );
  }
  return stage({
    name: "whole",
    config: { parts: stages },
    realize: (build) => writeFileSync(build.path("x"), "x"),
  });
}

/** Stage `n` depends on those of its divisors that are greater than 1. Each says in a file when it begins and when it ends. */
function divisible(n, { log, ms }, made = new Map()) {
  const known = made.get(n);
  if (known !== undefined) return known;
  const divisors = [];
  for (let divisor = 2; divisor < n; divisor += 1) if (n % divisor === 0) divisors.push(divisor);
  const number = stage({
    name: `number-${n}`,
    config: { n, divisors: divisors.map((divisor) => divisible(divisor, { log, ms }, made)) },
    async realize(build) {
      const note = (word) => appendFileSync(build.args.log, `${word} ${build.config.n} ${process.pid}\n`);
      note("begin");
      await setTimeout(build.args.ms);
      writeFileSync(build.path("n"), String(build.config.n));
      note("end");
    },
  });
  made.set(n, number);
  return number;
}

const tasks = {
  /** Realizes a mesh, and says when it has more to do than to find what is there, and when it is through. */
  async mesh() {
    let hasBegun = false;
    realize$(mesh(task), { store }).subscribe({
      next(event) {
        if (!hasBegun && event.type !== "planned" && event.type !== "reused") say({ begun: event.type });
        hasBegun ||= event.type !== "planned" && event.type !== "reused";
        if (event.type === "done") say({ done: event.rrefs });
      },
      error: (error) => say({ failed: String(error.stack) }),
    });
  },

  /** Realizes numbers. */
  async numbers() {
    const made = new Map();
    const target = stage({
      name: "numbers",
      config: { numbers: task.numbers.map((n) => divisible(n, task, made)) },
      source: false,
      realize: (build) => writeFileSync(build.path("x"), "x"),
    });
    realize$(target, { store, jobs: 2, args: { log: task.log, ms: task.ms } }).subscribe({
      next(event) {
        if (event.type === "waiting" || event.type === "done") say(event);
      },
      error: (error) => say({ failed: String(error.stack) }),
    });
  },

  /** Makes one more outcome of one stage, and says which one that is and which one is the latest. */
  async draw() {
    const draw = stage({
      name: "draw",
      config: {},
      matcher: latest(),
      source: false,
      realize: (build) => writeFileSync(build.path("x"), task.text),
    });
    const chosen = await realizeMany(draw, { store, count: 1 });
    say({ chosen });
  },
};

await tasks[task.kind]();
