import { didYouMean } from "../../core/nearest.ts";
import type { EnvArguments } from "../commands/env.ts";
import { MagicError } from "../errors.ts";
import type { MagicContext } from "../registry.ts";

const secret = /key|token|secret|passw|credential|auth/iu;

/**
 * What `%env` does.
 *
 * @throws {MagicError} `unknown-name`, `wrong-argument`
 */
export function envEffect({ args: { setting = "" }, host }: MagicContext<EnvArguments>): void {
  const { name = "", value } =
    /^(?<name>[^=\s]*)(?:\s*=\s*|\s+|$)(?<value>.*)$/su.exec(setting)?.groups ?? {};
  const sets = /[=\s]/u.test(setting);
  if (sets && name === "")
    throw new MagicError("wrong-argument", `Cannot set "${setting}": a variable is set by %env NAME=value`, {
      setting,
    });
  if (sets) process.env[name] = value ?? "";
  if (setting === "") return host.print(all());
  const now = process.env[name];
  if (now === undefined) {
    const near = didYouMean(name, Object.keys(process.env));
    throw new MagicError("unknown-name", `Cannot show "${name}": there is no such variable.${near}`, {
      name,
    });
  }
  host.print(`${name}=${now}\n`);
}

function all(): string {
  return Object.entries(process.env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value = ""]) => `${name}=${secret.test(name) && value !== "" ? "<hidden>" : value}\n`)
    .join("");
}
