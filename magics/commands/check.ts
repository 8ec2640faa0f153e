import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import type { CheckMode } from "../session.ts";

const modes = ["strict", "warn", "off"] as const;

const meaning: Readonly<Record<CheckMode, string>> = {
  strict: "a cell with type errors does not run",
  warn: "type errors are shown, and the cell runs",
  off: "types are not checked before a cell runs",
};

/** `%check strict|warn|off`: what type errors do to a cell. */
export const checkMagic: Magic = defineMagic({
  name: "check",
  kind: "line",
  summary: "what type errors do to a cell: strict, warn or off",
  help: `
%check strict   ${meaning.strict}
%check warn     ${meaning.warn}
%check off      ${meaning.off}
%check          says which one it is

It counts from the next cell on.`,
  args: { mode: { type: "word", choices: modes, optional: true, summary: "strict, warn or off" } },
  run: ({ args, host, session }) => {
    const mode = modes.find((one) => one === args.mode);
    if (mode !== undefined) session.check = mode;
    host.print(`check is ${session.check}: ${meaning[session.check]}\n`);
  },
});
