import type { NpmArguments } from "../commands/npm.ts";
import { changedVersions, installedVersions } from "../facts/installed.ts";
import type { MagicContext } from "../registry.ts";
import { runInShell } from "../run-in-shell.ts";

// Of no use in a notebook: who asks for it by a flag gets it all the same.
const quiet = {
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_progress: "false",
  npm_config_update_notifier: "false",
};

/** What `%npm` does. */
export async function npmEffect({ args, host }: MagicContext<NpmArguments>): Promise<void> {
  const before = installedVersions(host.folder);
  await runInShell(`npm ${args.command}`, host, { folder: host.folder, env: quiet });
  const changed = changedVersions(before, installedVersions(host.folder));
  if (changed.length === 0) return;
  const listed = changed.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(", ");
  host.print(`Changed: ${listed}. What cells have loaded of them stays until the kernel is restarted\n`);
}
