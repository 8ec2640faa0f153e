import { openStore, repair, verify as verifyStore } from "../../../core/index.ts";
import { counted } from "../../../magics/views/format.ts";
import { defineCommand, type Command } from "../command.ts";

/** `lightnix verify` */
export const verify: Command = defineCommand({
  name: "verify",
  summary: "reads the whole store anew, works out every hash again, and says what is wrong",
  more: "It exits with 0 when all is well or was put right, and 1 when something is wrong.",
  usage: "[options]",
  words: 0,
  options: {
    repair: {
      type: "boolean",
      help: "put right what can be, and put aside what cannot, with all that depends on it",
    },
    signatures: {
      type: "boolean",
      help: "also say what no trusted key has signed (trusted-keys in the store, LIGHTNIX_TRUSTED_KEYS)",
    },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    let checked = 0;
    const findings = await verifyStore(store, {
      signatures: options.signatures,
      onProgress: ({ done }) => void (checked = done),
    });
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    for (const { message } of findings) say(message);
    const sum = `${counted(checked, "object")}, ${findings.length === 0 ? "all well" : `${counted(findings.length, "thing")} wrong`}`;
    if (findings.length === 0 || options.repair !== true) {
      say(findings.length === 0 ? sum : `${sum}. --repair puts right what can be`);
      return findings.length === 0 ? 0 : 1;
    }
    const { restored, dropped, danglingRoots } = await repair(store, findings);
    for (const ref of dropped) say(`put aside: ${ref}`);
    for (const name of danglingRoots) say(`leads to nothing: the root ${name}`);
    say(
      `${sum}; ${restored.length} put right, ${counted(dropped.length, "object")} put aside in ${store.root}/tmp`,
    );
    return 0;
  },
});
