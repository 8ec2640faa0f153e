#!/usr/bin/env node
import { inspect } from "node:util";
import { didYouMean } from "../../core/nearest.ts";
import { commandHelp, type Command } from "./command.ts";
import { packageVersion } from "./versions.ts";

/** The commands by their names. Each is loaded when it is asked for, as most of them bring half of Lightnix along. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  install: async () => (await import("./commands/install.ts")).install,
  uninstall: async () => (await import("./commands/uninstall.ts")).uninstall,
  run: async () => (await import("./commands/run.ts")).run,
  realize: async () => (await import("./commands/realize.ts")).realize,
  explain: async () => (await import("./commands/explain.ts")).explain,
  compare: async () => (await import("./commands/compare.ts")).compare,
  keep: async () => (await import("./commands/keep.ts")).keep,
  roots: async () => (await import("./commands/roots.ts")).roots,
  gc: async () => (await import("./commands/gc.ts")).gc,
  pack: async () => (await import("./commands/pack.ts")).pack,
  unpack: async () => (await import("./commands/unpack.ts")).unpack,
  push: async () => (await import("./commands/push.ts")).push,
  pull: async () => (await import("./commands/pull.ts")).pull,
  key: async () => (await import("./commands/key.ts")).key,
  sign: async () => (await import("./commands/sign.ts")).sign,
  verify: async () => (await import("./commands/verify.ts")).verify,
};

/** What goes wrong for a reason that its message tells, as against a fault of Lightnix itself, which wants a trace. */
function isExplained(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error;
}

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  return [
    "lightnix <command> [options]",
    "",
    ...all.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
    "",
    'lightnix <command> --help tells more about one; --version tells the version ("' + packageVersion + '").',
  ].join("\n");
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === "--version") {
    process.stdout.write(`${packageVersion}\n`);
    return 0;
  }
  const command = name !== undefined && Object.hasOwn(commands, name) ? await commands[name]?.() : undefined;
  if (command === undefined) {
    const near = name === undefined ? "" : didYouMean(name, Object.keys(commands));
    const asked = name === undefined || ["--help", "-h", "help"].includes(name);
    (asked ? process.stdout : process.stderr).write(
      `${asked ? "" : `There is no command "${name}".${near}\n\n`}${await help()}\n`,
    );
    return asked ? 0 : 2;
  }
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${commandHelp(command)}\n`);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    process.stderr.write(`${isExplained(error) ? error.message : inspect(error)}\n`);
    return isExplained(error) && error.code === "bad-usage" ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
