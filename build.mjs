// Builds `dist`: the declarations by TypeScript, the code by esbuild, in modules that share chunks. A program that imports Lightnix
// loads two or three files instead of hundreds.
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const dist = join(root, "dist");

/**
 * The modules that are imported or run by their path; all else goes into chunks that these share. Add here what a Worker, a
 * child process or the `exports` of package.json name. Code finds them by `builtFile` in core/built-file.ts.
 */
const entries = [
  "core/index.ts",
  "core/executors/child/main.ts",
  "kernel/app/child-host.ts",
  "kernel/app/cli.ts",
  "kernel/app/start-cells.ts",
  "kernel/app/start-debugger.ts",
  "kernel/display/index.ts",
  "magics/effects/index.ts",
];

/**
 * The first modules of the kernel's two threads. They become one CommonJS file each, which Node starts 15 ms earlier than a
 * module with chunks; what they import with `import()` are entries.
 */
const starters = ["kernel/app/main.ts", "kernel/app/worker.ts"];

/**
 * What the worker thread loads next, in one file as well: it shares no objects with the main thread, and each chunk more takes
 * Node half a millisecond.
 */
const ofWorker = "kernel/app/start-evaluator.ts";

/** What the child processes of tests and benchmarks take of the inside. */
const forTests = [
  "core/realize/schedule.ts",
  "core/store/durable.ts",
  "core/store/record.ts",
  "core/hash.ts",
  "core/canonical.ts",
  "kernel/engine/engine.ts",
  "kernel/engine/interrupter.ts",
  "kernel/app/client.ts",
  "kernel/app/connection-file.ts",
  "kernel/app/output-ring.ts",
  "kernel/session/start.ts",
  "kernel/wire/memory.ts",
  "kernel/wire/zeromq-client.ts",
];

/** Packages that go into the chunks, for they are many small files, or of the kind that Node loads slowly. See CONTRIBUTING. */
const inside = ["rxjs", "fast-json-stable-stringify", "vscode-jsonrpc"];

/** Those that go into the starters: eight files of JavaScript, which take longer to load than the native part. */
const insideStarters = ["zeromq", "cmake-ts"];

/** What both builds have in common. */
const common = {
  absWorkingDir: root,
  outbase: ".",
  outdir: dist,
  bundle: true,
  target: "node20",
  // V8 keeps a text with one character beyond Latin 1 in twice the memory.
  charset: "ascii",
  sourcemap: "linked",
  sourcesContent: false,
  write: false,
  logLevel: "warning",
};

/** What modules have in common. */
const asModules = {
  format: "esm",
  platform: "neutral",
  conditions: ["es2015"],
  mainFields: ["module", "main"],
  metafile: true,
};
const packages = { name: "packages", setup: leavePackagesOutside };

const [declared, bundled] = await Promise.all([declare(), bundle()]);
if (!declared) process.exit(1);
await removeOthers(bundled);

/** Has TypeScript write the declarations; says whether there was no error in the code. */
function declare() {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const child = spawn(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  return new Promise((resolve) => child.once("close", (code) => resolve(code === 0)));
}

/** Writes the code; gives the paths of the files that it comes to. */
async function bundle() {
  const { outputFiles: modules, metafile } = await build({
    ...common,
    ...asModules,
    entryPoints: [...entries, ...forTests],
    chunkNames: "chunks/[name]-[hash]",
    splitting: true,
    plugins: [packages],
  });
  const { outputFiles: scripts, metafile: ofScripts } = await build({
    ...common,
    entryPoints: starters,
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    platform: "node",
    metafile: true,
    // What is not there need not be read: 3 ms of the start.
    minifyWhitespace: true,
    minifySyntax: true,
    define: { "import.meta.url": "ownAddress" },
    banner: { js: 'const ownAddress = require("node:url").pathToFileURL(__filename).href;' },
    plugins: [{ name: "outside", setup: leaveModulesOutside }],
  });
  const { outputFiles: worker, metafile: ofWorkerFiles } = await build({
    ...common,
    ...asModules,
    entryPoints: [ofWorker],
    plugins: [packages, { name: "outside", setup: leaveEntriesOutside }],
  });
  const outputFiles = [...modules, ...scripts, ...worker];
  refuseCore(ofWorkerFiles);
  for (const { path, text } of outputFiles) refuseRelativeFiles(path, text);
  const notices = {
    path: join(dist, "LICENSES.txt"),
    contents: await licenses(
      Object.keys({ ...metafile.inputs, ...ofScripts.inputs, ...ofWorkerFiles.inputs }),
    ),
  };
  for (const { path, contents } of [...outputFiles, notices]) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  return new Set([...outputFiles, notices].map(({ path }) => path));
}

function leavePackagesOutside({ onResolve, onLoad }) {
  onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
    // It has no entry for what is neither Node nor a browser.
    if (path === "vscode-jsonrpc/node") return { path: createRequire(import.meta.url).resolve(path) };
    if (kind === "entry-point" || isOneOf(inside, path) || path.endsWith("/package.json")) return undefined;
    // A module cannot say `require("util")`, as CommonJS packages do.
    return kind === "require-call" && isBuiltin(path)
      ? { path, namespace: "builtin" }
      : { path, external: true };
  });
  onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
    contents: `export * from "node:${path}";`,
  }));
}

function isOneOf(names, path) {
  return names.some((name) => path === name || path.startsWith(`${name}/`));
}

/** The starters take few packages, and no entries, into themselves. */
function leaveModulesOutside(building) {
  building.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
    const isInside = isOneOf(insideStarters, path) && kind !== "require-resolve";
    return kind === "entry-point" || isInside || path.endsWith("/package.json")
      ? undefined
      : { path, external: true };
  });
  // It looks for its native part beside itself, and is somewhere else now.
  building.onLoad({ filter: /[\\/]zeromq[\\/]lib[\\/]load-addon\.js$/ }, () => ({
    contents: `
      const { join } = require("node:path");
      const { loadAddon } = require("cmake-ts/build/loader");
      exports.__esModule = true;
      exports.default = loadAddon(join(require.resolve("zeromq"), "..", "..", "build"));
    `,
  }));
  leaveEntriesOutside(building);
}

/** Imports of entries by `import()` stay; all files that have one lie in `kernel/app`, beside which the entries are found. */
function leaveEntriesOutside({ onResolve }) {
  onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir, kind }) => {
    const source = relative(root, join(resolveDir, path));
    if (kind !== "dynamic-import" || ![...entries, ofWorker].includes(source)) return undefined;
    const target = relative("kernel/app", source).replace(/\.ts$/, ".js");
    return { path: target.startsWith(".") ? target : `./${target}`, external: true };
  });
}

/** What is found relative to a source is somewhere else than relative to the chunk that the source went into. */
function refuseRelativeFiles(path, text) {
  if (!path.startsWith(join(dist, "chunks"))) return;
  const [found] = /new URL\(\s*["'`]\.[^)]*import\.meta\.url/.exec(text) ?? [];
  if (found === undefined) return;
  throw new Error(
    `Cannot build ${path}: it has \`${found})\`, and is a chunk. Use builtFile in core/built-file.ts`,
  );
}

/** The worker thread knows magics by their declarations; with what they do, it would start 20 ms later. */
function refuseCore({ inputs }) {
  if (inputs["core/index.ts"] === undefined) return;
  const by = Object.entries(inputs).find(([, { imports }]) =>
    imports.some(({ path, kind }) => path === "core/index.ts" && kind === "import-statement"),
  );
  throw new Error(
    `Cannot build ${ofWorker}: by ${by?.[0]} it reaches all of core. Import the very file that is needed`,
  );
}

/** The licenses of the packages that went inside. */
async function licenses(inputs) {
  const names = new Set(
    inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []),
  );
  const texts = [...names]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map(async (name) => {
      const folder = join(root, "node_modules", name);
      const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
      const text =
        file === undefined ? await statedLicense(folder) : await readFile(join(folder, file), "utf8");
      return `${name}\n\n${text}`;
    });
  return Buffer.from((await Promise.all(texts)).join(`\n${"=".repeat(80)}\n`));
}

/** What a package says of its license that does not come with its text. */
async function statedLicense(folder) {
  const { name, license, repository } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (license === undefined)
    throw new Error(`Cannot build: the package "${name}" goes inside and has no license`);
  return `${license}; the package comes without the text. ${repository?.url ?? ""}\n`;
}

/** Removes what an earlier build left, now that nothing needs it any more. */
async function removeOthers(written) {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isOld = path.endsWith(".d.ts") ? !(await hasSource(path)) : !written.has(path);
    if (entry.isFile() && isOld) await rm(path);
  }
}

async function hasSource(declaration) {
  const source = join(root, relative(dist, declaration).replace(/\.d\.ts$/, ".ts"));
  return await readFile(source).then(
    () => true,
    () => false,
  );
}
