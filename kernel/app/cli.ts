#!/usr/bin/env node
import { inspect } from "node:util";
import { commandHelp, type Command } from "./command.ts";
import { explain } from "./commands/explain.ts";
import { install } from "./commands/install.ts";
import { realize } from "./commands/realize.ts";
import { run } from "./commands/run.ts";
import { uninstall } from "./commands/uninstall.ts";
import { packageVersion } from "./package.ts";

const commands: readonly Command[] = [install, uninstall, run, realize, explain];

/** What goes wrong for a reason that its message tells, as against a fault of Lightnix itself, which wants a trace. */
function isExplained(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error;
}

function help(): string {
  return [
    "lightnix <command> [options]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
    "",
    'lightnix <command> --help tells more about one; --version tells the version ("' + packageVersion + '").',
  ].join("\n");
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === "--version") {
    process.stdout.write(`${packageVersion}\n`);
    return 0;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const asked = name === undefined || ["--help", "-h", "help"].includes(name);
    (asked ? process.stdout : process.stderr).write(
      `${asked ? "" : `There is no command "${name}".\n\n`}${help()}\n`,
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
