import { defineCommand, type Command } from "../command.ts";
import { installKernel } from "../install.ts";
import { placeOf, placeOptions } from "./place.ts";

/** `lightnix install` */
export const install: Command = defineCommand({
  name: "install",
  summary: "makes the kernel known to Jupyter; needs no Python",
  usage: "[options]",
  words: 0,
  options: {
    ...placeOptions,
    name: { type: "string", value: "NAME", help: 'the name in commands and files ("lightnix")' },
    "display-name": {
      type: "string",
      value: "TEXT",
      help: 'the name in menus ("Lightnix (TypeScript)", or with NAME in it)',
    },
    env: {
      type: "pairs",
      value: "NAME VALUE",
      help: "an environment variable of the kernel; may be repeated",
    },
    force: { type: "boolean", help: "overwrite another kernel of that name" },
  },
  async run(options) {
    const { name, displayName, folder } = await installKernel({
      place: placeOf(options),
      force: options.force === true,
      ...(options.env && { env: options.env }),
      ...(options.name !== undefined && { name: options.name }),
      ...(options["display-name"] !== undefined && { displayName: options["display-name"] }),
    });
    process.stdout.write(`Installed the kernel "${name}", in menus "${displayName}", in ${folder}\n`);
    return 0;
  },
});
