import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// What programs of ours, of Node's and of Jupyter's look at, and what a developer's shell, an editor, npm or CI may have set.
const looked =
  /^(?:(?:LIGHTNIX|XDG|JUPYTER|JPY|IPYTHON|NODE|PYTHON|npm|LC)_.*|CI|NO_COLOR|FORCE_COLOR|CLICOLOR(?:_FORCE)?|COLORTERM|COLUMNS|LINES|LANG|LANGUAGE|IPYTHONDIR|VIRTUAL_ENV|DISPLAY|GOGC|EDITOR|PAGER|INIT_CWD)$/u;
// These say whom the machine trusts, and what Vitest has set itself.
const kept: ReadonlySet<string> = new Set(["NODE_EXTRA_CA_CERTS", "NODE_ENV"]);

/**
 * Gives all tests, and the programs that they start, the same surroundings, whoever runs them: a home of their own, no terminal
 * and none of the variables that change what programs do. Vitest calls it once, before it starts the processes of tests.
 *
 * What it returns is called at the end.
 *
 * @throws Error when a test has written to the home's data: on a user's machine, that would have been the user's own.
 */
export default function setup(): () => void {
  const home = mkdtempSync(join(tmpdir(), "lightnix-home-"));
  for (const name of Object.keys(process.env))
    if (looked.test(name) && !kept.has(name)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, {
    HOME: home,
    LC_ALL: "C.UTF-8",
    PYTHONDONTWRITEBYTECODE: "1",
    TERM: "dumb",
    TZ: "UTC",
  });
  return () => {
    const written = ["lightnix", "jupyter"].filter((name) => existsSync(join(home, ".local", "share", name)));
    rmSync(home, { recursive: true, force: true });
    if (written.length === 0) return;
    // Vitest only prints what is thrown here.
    process.exitCode = 1;
    throw new Error(
      `Tests wrote to the user's ~/.local/share: ${written.join(", ")}. Give them a home of their own`,
    );
  };
}
