import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { errorCode, generateKey, publicKeyOf } from "../../../core/index.ts";
import { readSecretKey } from "../../../core/signatures/key.ts";
import { defineCommand, type Command } from "../command.ts";
import { AppError } from "../errors.ts";

/** `lightnix key` */
export const key: Command = defineCommand({
  name: "key",
  summary: "makes a pair of keys for signing realizations, or prints the public one of a secret one",
  more:
    "generate writes the secret key to NAME.key, which nobody else may read, and prints the public key: give that to those who are to\n" +
    "trust what you sign, for the file trusted-keys in their stores. public prints it again. What is signed says the NAME, so take one\n" +
    "that tells whose key it is, with a number for the day when you need another.",
  usage: "generate NAME [--output FILE] | public FILE",
  words: 2,
  options: {
    output: { type: "string", value: "FILE", help: "where the secret key is written (NAME.key)" },
  },
  run(options, [what, word = ""]) {
    if (what === "generate") generate(word, options.output ?? `${word}.key`);
    else if (what === "public") say(publicKeyOf(readSecretKey(word)));
    else
      throw new AppError(
        "bad-usage",
        `Cannot run "lightnix key ${what ?? ""}": it is generate NAME or public FILE. See "lightnix key --help"`,
      );
    return Promise.resolve(0);
  },
});

function generate(name: string, output: string): void {
  const { secretKey, publicKey } = generateKey(name);
  const file = resolve(output);
  try {
    // Another key that is there is not to be lost.
    writeFileSync(file, `${secretKey}\n`, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    const why = errorCode(cause) === "EEXIST" ? "there is something already" : (cause as Error).message;
    throw new AppError(
      "key-not-written",
      `Cannot write the secret key to "${file}": ${why}`,
      { file },
      { cause },
    );
  }
  process.stderr.write(`The secret key is in ${file}\n`);
  say(publicKey);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
