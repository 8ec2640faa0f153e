import { defineCommand, type Command } from "../command.ts";
import { uninstallKernel } from "../install.ts";
import { placeOf, placeOptions } from "./place.ts";

/** `lightnix uninstall` */
export const uninstall: Command = defineCommand({
  name: "uninstall",
  summary: "takes back what install wrote, and nothing else",
  usage: "[options]",
  words: 0,
  options: {
    ...placeOptions,
    name: { type: "string", value: "NAME", help: 'the kernel\'s name ("lightnix")' },
  },
  async run(options) {
    const { name, folder, left } = await uninstallKernel({
      place: placeOf(options),
      ...(options.name !== undefined && { name: options.name }),
    });
    const rest = left.length === 0 ? "" : `, and left what others put there: ${left.join(", ")}`;
    process.stdout.write(`Uninstalled the kernel "${name}" from ${folder}${rest}\n`);
    return 0;
  },
});
