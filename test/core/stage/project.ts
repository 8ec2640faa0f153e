import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { freshFolder } from "../fresh-store.ts";

const ownRoot = fileURLToPath(new URL("../../..", import.meta.url));

/** A folder with modules in it that import Lightnix as it is built, and goes when the running test is over. */
export interface Project {
  readonly folder: string;
  /** The address of a file in it. */
  url(file: string): string;
  write(files: Readonly<Record<string, string>>): void;
  /** Runs a script in a process of its own, in an empty folder, and gives what it prints. */
  run(script: string, ...args: string[]): string;
}

/** Makes a project of files, by their paths. */
export function project(files: Readonly<Record<string, string>>, folder: string = freshFolder()): Project {
  const write = (texts: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(ownRoot, join(folder, "node_modules", "lightnix"));
  write(files);
  return {
    folder,
    url: (file) => pathToFileURL(join(folder, file)).href,
    write,
    run: (script, ...args) => {
      write({ "script.mjs": script });
      return execFileSync(process.execPath, ["--no-deprecation", join(folder, "script.mjs"), ...args], {
        cwd: freshFolder(),
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 30_000,
      });
    },
  };
}

/** The files of an installed package whose default export is its version. */
export function packageFiles(name: string, version: string): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({
      name,
      version,
      type: "module",
      main: "index.js",
    }),
    [`node_modules/${name}/index.js`]: `export default ${JSON.stringify(version)};\n`,
  };
}
