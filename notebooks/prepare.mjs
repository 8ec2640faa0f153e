// Brings a fresh clone to where its code can run. Plain Node.js: nothing is installed yet when this starts.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the whole project. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Lightnix needs Node.js 20.19 or newer, and this is ${process.versions.node}`);
  process.exit(1);
}

/** Runs a program with its output in sight; says whether it succeeded. */
export function run(command, args, options = {}) {
  // On Windows, npm is a script that only a shell can start.
  const shell = process.platform === "win32";
  return spawnSync(command, args, { cwd: root, stdio: "inherit", shell, ...options }).status === 0;
}

/** Installs what the lock file of a folder names, unless that is there; says whether it is. */
export function installPackages(folder) {
  if (isInstalled(folder)) return true;
  console.log(`Installing the packages of ${folder}`);
  return run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder });
}

/** Compiles the project into dist; says whether that went well. */
export function build() {
  return run("npm", ["run", "--silent", "build"]);
}

// npm writes node_modules/.package-lock.json when it is done; a lock file that changed since then is younger.
function isInstalled(folder) {
  const installed = modifiedMs(join(folder, "node_modules", ".package-lock.json"));
  return installed !== undefined && installed >= (modifiedMs(join(folder, "package-lock.json")) ?? 0);
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
