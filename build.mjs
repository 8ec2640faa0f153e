// Builds `dist`: the declarations by TypeScript, the code by esbuild, in modules that share chunks. A program that imports Lightnix
// loads two or three files instead of hundreds.
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
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
  "kernel/app/main.ts",
  "kernel/app/worker.ts",
  "kernel/display/index.ts",
];

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
  "kernel/wire/zeromq-client.ts",
];

/** Packages that go into the chunks, for they are many small files, or of the kind that Node loads slowly. See CONTRIBUTING. */
const inside = ["rxjs", "fast-json-stable-stringify"];

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
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries, ...forTests],
    outbase: ".",
    outdir: dist,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    conditions: ["es2015"],
    mainFields: ["module", "main"],
    target: "node20",
    charset: "utf8",
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: "warning",
    plugins: [{ name: "packages", setup: leavePackagesOutside }],
  });
  for (const { path, text } of outputFiles) refuseRelativeFiles(path, text);
  const notices = {
    path: join(dist, "LICENSES.txt"),
    contents: await licenses(Object.keys(metafile.inputs)),
  };
  for (const { path, contents } of [...outputFiles, notices]) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  return new Set([...outputFiles, notices].map(({ path }) => path));
}

function leavePackagesOutside({ onResolve }) {
  onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
    if (kind === "entry-point" || inside.some((name) => path === name || path.startsWith(`${name}/`)))
      return undefined;
    return { path, external: true };
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
      if (file === undefined)
        throw new Error(`Cannot build: the package "${name}" goes inside and has no license`);
      return `${name}\n\n${await readFile(join(folder, file), "utf8")}`;
    });
  return Buffer.from((await Promise.all(texts)).join(`\n${"=".repeat(80)}\n`));
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
