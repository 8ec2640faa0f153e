import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { runInShell } from "../run-in-shell.ts";

const help = `
%sh npm install arquero   runs a command of the shell in the notebook's folder
!npm install arquero      the same, where the line is not TypeScript: !ready stays "not ready"

%%sh                      runs all that follows as a script
set -e
curl -O https://example.org/data.csv
wc -l data.csv

What it prints appears as it is printed. It reads nothing. An interrupt ends it, with all that it
started; what it leaves in the background ends with it. When it fails, so does the cell.`;

/** `%sh command`: runs a command. */
export const shMagic: Magic = defineMagic({
  name: "sh",
  kind: "line",
  summary: "runs a command of the shell",
  help,
  args: { command: { type: "line", summary: "what the shell is to run", suggest: "paths" } },
  run: async ({ args, host }) => await runInShell(args.command, host),
});

/** `%%sh`: runs a script. */
export const shCellMagic: Magic = defineMagic({
  name: "sh",
  kind: "cell",
  summary: "runs the cell as a script of the shell",
  help,
  args: {},
  run: async ({ body, host }) => await runInShell(body, host),
});
