import type { Random } from "./random.ts";
import type { Cell, Expected, Mode, Value, World } from "./world.ts";

/** Where a cell is made: its names are its shell's own, so that shells do not disturb each other. */
export interface Maker {
  readonly random: Random;
  /** The world as it will be if all before it goes well. */
  readonly world: World;
  /** What its names begin with. */
  readonly prefix: string;
  /** A number that no other cell has. */
  readonly number: number;
}

type Make = (maker: Maker) => Cell;

const ok = (result?: string, printed?: string): Expected => ({
  status: "ok",
  result,
  hasResult: true,
  ...(printed !== undefined && { printed }),
});
const any: Expected = { status: "any" };
const fails = (ename: RegExp): Expected => ({ status: "error", ename });

const nameOf = ({ random, prefix }: Maker): string => `${prefix}${random.below(5)}`;

function textOf(value: Value): string | undefined {
  if (value.kind === "number") return String(value.value);
  return value.kind === "string" ? `'${value.value}'` : undefined;
}

// A name that no cell has declared is refused, or throws.
function unknownName({ mode }: World): Expected {
  return fails(mode === "strict" ? /^TypeCheckError$/ : /^ReferenceError$/);
}

const declareNumber: Make = (maker) => {
  const name = nameOf(maker);
  const { number, random } = maker;
  const keyword = random.pick(["const", "let", "var"]);
  return {
    code: `${keyword} ${name} = ${number}; ${name}`,
    declares: [name],
    play: ({ variables }) => {
      variables.set(name, { kind: "number", value: number });
      return ok(String(number));
    },
  };
};

const declareString: Make = (maker) => {
  const name = nameOf(maker);
  const value = `t${maker.number}`;
  return {
    code: `let ${name}: string = "${value}"; ${name}`,
    declares: [name],
    play: ({ variables }) => {
      variables.set(name, { kind: "string", value });
      return ok(`'${value}'`);
    },
  };
};

const declareAfterAwait: Make = (maker) => {
  const name = nameOf(maker);
  const { number, random } = maker;
  return {
    code: `const ${name}: number = await new Promise<number>((resolve) => setTimeout(resolve, ${random.below(60)}, ${number})); ${name}`,
    declares: [name],
    play: ({ variables }) => {
      variables.set(name, { kind: "number", value: number });
      return ok(String(number));
    },
  };
};

const declareAfterLoop: Make = (maker) => {
  const name = nameOf(maker);
  const { number, random } = maker;
  return {
    code: `const until${number} = Date.now() + ${random.below(80)}; while (Date.now() < until${number});\nlet ${name} = "l${number}"; ${name}`,
    declares: [name],
    play: ({ variables }) => {
      variables.set(name, { kind: "string", value: `l${number}` });
      return ok(`'l${number}'`);
    },
  };
};

const use: Make = (maker) => {
  const name = nameOf(maker);
  const wanted = maker.world.variables.get(name)?.kind === "string" ? "string" : "number";
  const code = wanted === "string" ? `${name}.charAt(0) + ${name}.length` : `${name}.toFixed(1)`;
  return {
    code,
    play: (world) => {
      const value = world.variables.get(name);
      if (value === undefined) return unknownName(world);
      if (value.kind === "unknown") return any;
      if (value.kind === "unset") return fails(/./);
      if (value.kind !== wanted) return fails(world.mode === "strict" ? /^TypeCheckError$/ : /^TypeError$/);
      const { value: held } = value;
      return ok(typeof held === "number" ? `'${held.toFixed(1)}'` : `'${held.charAt(0)}${held.length}'`);
    },
  };
};

const misuse: Make = (maker) => {
  const name = nameOf(maker);
  return {
    code: `${name}.nope${maker.number}`,
    play: (world) => {
      const value = world.variables.get(name);
      if (value === undefined) return unknownName(world);
      if (world.mode === "strict" && value.kind !== "unknown") return fails(/^TypeCheckError$/);
      if (value.kind === "unknown") return any;
      return value.kind === "unset" ? fails(/./) : ok();
    },
  };
};

const throwAfterDeclaring: Make = (maker) => {
  const name = nameOf(maker);
  const { number } = maker;
  return {
    code: `const ${name} = ${number};\nthrow new RangeError("e${number}")`,
    declares: [name],
    play: ({ variables }) => {
      variables.set(name, { kind: "number", value: number });
      return fails(/^RangeError$/);
    },
  };
};

const throwBeforeDeclaring: Make = (maker) => {
  const name = nameOf(maker);
  const { number } = maker;
  return {
    code: `if (Date.now() > 1) throw new RangeError("e${number}");\nlet ${name} = ${number};`,
    declares: [name],
    play: ({ variables }) => {
      const before = variables.get(name) ?? { kind: "unset" };
      // It keeps its value, while the language service takes it to be what it was to become.
      variables.set(name, before.kind === "string" ? { kind: "unknown" } : before);
      return fails(/^RangeError$/);
    },
  };
};

const broken: Make = ({ number }) => ({
  code: `const = ${number};`,
  play: ({ mode }) => fails(mode === "off" ? /^SyntaxError$/ : /^(?:TypeCheckError|SyntaxError)$/),
});

const print: Make = ({ random, number }) => {
  const lines = random.pick([1, 10, 3000]);
  return {
    code: `for (let i = 0; i < ${lines}; i += 1) console.log("p${number}", i)`,
    play: () => ok(undefined, Array.from({ length: lines }, (_, i) => `p${number} ${i}\n`).join("")),
  };
};

const printLate: Make = ({ random, number }) => ({
  code: `void setTimeout(() => console.log("late${number}"), ${random.below(400)})`,
  late: `late${number}\n`,
  play: () => ok(),
});

const child: Make = ({ number, random }) => {
  const isShown = random.chance(0.5);
  return isShown
    ? {
        code: `require("child_process").execSync("echo c${number}", { stdio: "inherit" }); ${number}`,
        play: () => ({ status: "ok", hasResult: true, result: String(number) }),
      }
    : {
        code: `require("child_process").execSync("echo c${number}", { encoding: "utf8" }).trim()`,
        play: () => ok(`'c${number}'`, ""),
      };
};

const useModule: Make = ({ world, random }) => {
  const method = world.module.kind === "string" ? "charAt(0)" : "toFixed(2)";
  const isCalled = random.chance(0.5);
  return {
    code: `import { made } from "./module.ts";\nmade${isCalled ? `.${method}` : ""}`,
    play: ({ module, mode }) => {
      if (module.kind !== "number" && module.kind !== "string") return any;
      if (!isCalled) return ok(textOf(module));
      const fits = (module.kind === "string") === (method === "charAt(0)");
      if (!fits) return fails(mode === "strict" ? /^TypeCheckError$/ : /^TypeError$/);
      return ok(
        module.kind === "number" ? `'${module.value.toFixed(2)}'` : `'${String(module.value).charAt(0)}'`,
      );
    },
  };
};

/** The text of the local module that exports a value. */
export function moduleText(value: Value): string {
  if (value.kind === "number") return `export const made: number = ${value.value};\n`;
  return `export const made: string = "${value.kind === "string" ? value.value : ""}";\n`;
}

const writeModule: Make = ({ random, number }) => {
  const module: Value = random.chance(0.5)
    ? { kind: "number", value: number }
    : { kind: "string", value: `m${number}` };
  return {
    code: `require("fs").writeFileSync("module.ts", ${JSON.stringify(moduleText(module))})`,
    writesModule: true,
    play: (world) => {
      world.module = module;
      return ok();
    },
  };
};

const check: Make = ({ random }) => {
  const mode: Mode = random.pick(["strict", "strict", "warn", "off"]);
  return {
    code: `%check ${mode}`,
    play: (world) => {
      world.mode = mode;
      return { status: "ok" };
    },
  };
};

const reset: Make = () => ({
  code: "%reset",
  play: ({ variables, stages }) => {
    variables.clear();
    stages.clear();
    return { status: "ok" };
  },
});

const resetOne: Make = (maker) => {
  const name = nameOf(maker);
  return {
    code: `%reset ${name}`,
    declares: [name],
    play: ({ variables }) => {
      const isUnknown = variables.get(name)?.kind === "unknown";
      return variables.delete(name) && !isUnknown ? { status: "ok" } : any;
    },
  };
};

const defineStage: Make = (maker) => {
  const name = `stage${maker.random.below(3)}`;
  return {
    code: `%%stage ${name}\nexport const config = { n: ${maker.random.below(4)} };\nexport default async (build) => { build.log("made"); };`,
    declares: [name],
    play: ({ stages, variables }) => {
      stages.add(name);
      variables.delete(name);
      return { status: "ok" };
    },
  };
};

const realize: Make = (maker) => {
  const name = `stage${maker.random.below(3)}`;
  return {
    code: `%realize ${name}`,
    play: ({ stages, variables }) => {
      if (stages.has(name)) return { status: "ok" };
      return variables.get(name)?.kind === "unknown" ? any : fails(/./);
    },
  };
};

const ask: Make = (maker) => ({ code: `${nameOf(maker)}?`, play: () => ({ status: "ok" }) });

// What blocks in a child process may be told of the signal that the child got before it is terminated.
const endless: Make = ({ random }) => ({
  code: random.pick([
    "while (true) {}",
    "await new Promise(() => {})",
    "for (;;) await null",
    "for (;;) console.log('again')",
    "require('child_process').execSync('sleep 600')",
  ]),
  isEndless: true,
  play: () => fails(/^(?:Interrupted|Error)$/),
});

const asking: Make = (maker) => {
  const name = nameOf(maker);
  const value = `a${maker.number}`;
  return {
    code: `const ${name}: string = await input("${value}"); ${name}`,
    declares: [name],
    play: ({ variables }) => {
      variables.set(name, { kind: "string", value });
      return ok(`'${value}'`);
    },
  };
};

const expressing: Make = (maker) => {
  const cell = declareNumber(maker);
  return {
    ...cell,
    userExpressions: {
      sum: `${maker.number} + 1`,
      late: "await new Promise((resolve) => setTimeout(resolve, 5, 7))",
    },
    play: (world) => ({ ...cell.play(world), expressions: { sum: String(maker.number + 1), late: "7" } }),
  };
};

const silent: Make = (maker) => {
  const cell = maker.random.pick([declareNumber, use, throwAfterDeclaring])(maker);
  return { ...cell, silent: true, play: (world) => ({ ...cell.play(world), result: undefined }) };
};

const unstored: Make = (maker) => ({ ...declareString(maker), storeHistory: false });

const careless: Make = (maker) => ({
  ...maker.random.pick([throwAfterDeclaring, misuse, broken])(maker),
  stopOnError: false,
});

// What is there more than once is made more often.
const declaring = [
  declareNumber,
  declareNumber,
  declareString,
  declareAfterAwait,
  declareAfterLoop,
  unstored,
];
const using = [use, use, use, use, misuse];
const failing = [throwAfterDeclaring, throwBeforeDeclaring, broken, careless, careless];
const anywhere: readonly Make[] = [...declaring, ...using, ...failing, print, printLate, asking, expressing];
// What concerns all shells.
const aboutModules = [useModule, useModule, writeModule];
const aboutStages = [defineStage, realize, realize];
const inTheParent: readonly Make[] = [...aboutModules, ...aboutStages, resetOne, silent, ask, child];
// What must not be left half done.
const inPeace: readonly Make[] = [check, check, reset];

/** What else goes on while a cell runs. */
export interface Circumstances {
  /** No cell of another shell is under way. */
  readonly isAlone: boolean;
  readonly isInterrupted: boolean;
}

/** Makes a cell of any kind that fits. */
export function makeCell(maker: Maker, { isAlone, isInterrupted }: Circumstances): Cell {
  const kinds = [...anywhere, ...(isAlone ? inTheParent : []), ...(isAlone && !isInterrupted ? inPeace : [])];
  return maker.random.pick(kinds)(maker);
}

/** Makes a cell that only an interrupt ends. */
export const makeEndless: (maker: Maker) => Cell = endless;
