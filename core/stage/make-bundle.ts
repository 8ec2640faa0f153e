import { createRequire } from "node:module";
import type * as Esbuild from "esbuild";
import type * as Oxc from "oxc-parser";
import { Reach, wasmExports, wasmImports, type ReachedModule } from "../code/reach.ts";
import { reachedText } from "../code/reached-text.ts";
import type { ImportTarget } from "../code/resolve.ts";
import { packageName } from "../code/packages.ts";
import { installedSpecifier } from "../typescript/registry-specifier.ts";
import { LightnixError } from "../errors.ts";
import { refuseProblems } from "./refuse-problems.ts";
import type { BundleFacts, BundleParts } from "../store/bundle-text.ts";

/** The text of a module that is no file. */
export interface CodeText {
  /** What traces call it. */
  readonly title: string;
  /** TypeScript or JavaScript. */
  readonly text: string;
  /** The file that it is in the place of, from which its imports are resolved; it need not exist. */
  readonly from: string;
}

/** What a bundle is made of. */
export interface BundleInput {
  /** The stage's name, for messages. */
  readonly name: string;
  /** The folder that the paths of local modules are told relative to. */
  readonly folder: string;
  /** A module that exports what the bundle is to export. */
  readonly entry: CodeText;
  /** Modules that are imported by a name of their own, which begins with `lightnix:`. */
  readonly parts?: Readonly<Record<string, CodeText>> | undefined;
  readonly facts: Omit<BundleFacts, "packages" | "imports">;
}

/**
 * Makes one module out of code and all that it reaches: local modules inside, packages, Node's own modules and Lightnix outside.
 * The same code gives the same bytes, wherever its files lie.
 *
 * @throws {LightnixError} `unbundlable`; its message continues `the stage is open: `
 */
export async function makeBundle(input: BundleInput): Promise<BundleParts> {
  const { name, entry, parts = {}, facts } = input;
  const reach = new Reach(input.folder);
  for (const { text, from } of [entry, ...Object.values(parts)]) reach.add(text, from);
  refuseProblems(reach.problems);
  const { code, map, needsRequire } = await bundle(input, reach, name);
  const lines = needsRequire ? ['import require from "lightnix:require";', code] : [code];
  const text = `${lines.join("\n")}${inlineMap(map, lines.length + 1)}`;
  return { facts: { ...facts, packages: packagesOf(reach), imports: importsOf(text) }, code: text };
}

interface Bundled {
  readonly code: string;
  readonly map: string;
  readonly needsRequire: boolean;
}

async function bundle(input: BundleInput, reach: Reach, name: string): Promise<Bundled> {
  const esbuild = await import("esbuild");
  const options: Esbuild.BuildOptions = {
    entryPoints: ["lightnix:entry"],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20",
    charset: "utf8",
    legalComments: "none",
    treeShaking: true,
    sourcemap: "external",
    sourcesContent: false,
    outfile: "stage.mjs",
    absWorkingDir: "/",
    tsconfigRaw: "{}",
    logLevel: "silent",
    plugins: [{ name: "lightnix", setup: (build) => setup(build, input, reach) }],
  };
  const result = await building(esbuild, options).catch((error: unknown) => {
    throw new LightnixError("unbundlable", `the code of "${name}" cannot be bundled: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const texts = new Map(
    result.outputFiles?.map(({ path, text }) => [path.endsWith(".map") ? "map" : "code", text]),
  );
  const outputs = Object.values(result.metafile?.outputs ?? {});
  const needsRequire = outputs.some(({ imports }) =>
    imports.some(({ kind, external }) => external === true && kind === "require-call"),
  );
  return { code: texts.get("code") ?? "", map: texts.get("map") ?? "{}", needsRequire };
}

// One process serves all bundles of this one. It ends with it and does not keep it alive; when somebody else ended it, the next call starts another.
async function building(
  esbuild: typeof Esbuild,
  options: Esbuild.BuildOptions,
): Promise<Esbuild.BuildResult> {
  try {
    return await esbuild.build(options);
  } catch (error) {
    if (isBuildFailure(error)) throw error;
    await esbuild.stop();
    return await esbuild.build(options);
  }
}

function isBuildFailure(error: unknown): error is Esbuild.BuildFailure {
  return typeof error === "object" && error !== null && "errors" in error;
}

function messageOf(error: unknown): string {
  const first = isBuildFailure(error) ? error.errors[0] : undefined;
  return first?.text ?? (error instanceof Error ? error.message : String(error));
}

function setup(build: Esbuild.PluginBuild, { entry, parts = {} }: BundleInput, reach: Reach): void {
  const texts = new Map<string, CodeText>([["lightnix:entry", entry], ...Object.entries(parts)]);
  const titles = new Map([...texts.values()].map((one) => [one.title, one]));
  const modules = new Map([...reach.modules.values()].map((one) => [reach.nameOf(one.path), one]));
  build.onResolve({ filter: /.*/ }, ({ path, importer, namespace }) => {
    const text = texts.get(path);
    if (text !== undefined) return { path: text.title, namespace: "stage" };
    const targets = namespace === "module" ? modules.get(importer)?.targets : reach.targets;
    return resolved(path, targets?.get(path), reach);
  });
  build.onLoad({ filter: /.*/, namespace: "stage" }, ({ path }) => ({
    contents: titles.get(path)?.text ?? "",
    loader: "ts",
  }));
  build.onLoad({ filter: /.*/, namespace: "module" }, ({ path }) => {
    const module = modules.get(path);
    return module === undefined ? undefined : contentsOf(module);
  });
}

function resolved(path: string, target: ImportTarget | undefined, reach: Reach): Esbuild.OnResolveResult {
  if (target?.kind === "local") return { path: reach.nameOf(target.path), namespace: "module" };
  const isShort = target?.kind === "builtin" && !path.startsWith("node:");
  return { path: isShort ? `node:${path}` : installedSpecifier(path), external: true };
}

function contentsOf(module: ReachedModule): Esbuild.OnLoadResult {
  const { file } = module;
  switch (file.kind) {
    case "module":
      return { contents: reachedText(module), loader: "js" };
    case "commonjs":
      return { contents: file.text, loader: "ts" };
    case "json":
    case "text":
      return { contents: file.text, loader: file.kind };
    case "wasm":
      return { contents: wasmText(file.bytes), loader: "js" };
    case "addon":
      return { errors: [{ text: "a native addon cannot be bundled" }] };
  }
}

/** A module that has in it what a WebAssembly file holds. */
function wasmText(bytes: Buffer): string {
  const specifiers = [...new Set(wasmImports(bytes).map((one) => one.module))];
  const imports = specifiers.map(
    (specifier, index) => `import * as n${index} from ${JSON.stringify(specifier)};`,
  );
  const given = specifiers.map((specifier, index) => `${JSON.stringify(specifier)}: { ...n${index} }`);
  const module = `new WebAssembly.Module(Buffer.from(${JSON.stringify(bytes.toString("base64"))}, "base64"))`;
  const exported = wasmExports(bytes).map(({ name }, index) => [`e${index}`, name] as const);
  return [
    ...imports,
    `const { exports } = new WebAssembly.Instance(${module}, { ${given.join(", ")} });`,
    ...exported.map(([local, name]) => `const ${local} = exports[${JSON.stringify(name)}];`),
    `export { ${exported.map(([local, name]) => `${local} as ${JSON.stringify(name)}`).join(", ")} };`,
  ].join("\n");
}

/** The packages by the names that they are imported by. */
function packagesOf(reach: Reach): Record<string, string> {
  const targets = [reach.targets, ...[...reach.modules.values()].map((one) => one.targets)].flatMap((map) => [
    ...map,
  ]);
  const packages = targets.flatMap(([specifier, target]) =>
    target.kind === "package" ? [[packageName(specifier), target.version] as const] : [],
  );
  return Object.fromEntries(packages.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where a module's code names other modules. */
function importsOf(code: string): [number, number][] {
  const { parseSync } = createRequire(import.meta.url)("oxc-parser") as typeof Oxc;
  const { module } = parseSync("stage.mjs", code, { lang: "js", sourceType: "module" });
  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((one) => one.moduleRequest ?? []),
  );
  const requests = [...module.staticImports.map((one) => one.moduleRequest), ...exports];
  const places = requests.map(({ start, end }) => `${start} ${end}`);
  const dynamic = module.dynamicImports
    .map(({ moduleRequest }) => moduleRequest)
    .filter(({ start, end }) => /^"[^"]*"$/u.test(code.slice(start, end)))
    .map(({ start, end }) => `${start} ${end}`);
  return [...new Set([...places, ...dynamic])]
    .map((place) => place.split(" ").map(Number) as [number, number])
    .sort(([a], [b]) => a - b);
}

/** A source map for code that begins `lines` lines further down. */
function inlineMap(map: string, lines: number): string {
  const { version, sources, names, mappings } = JSON.parse(map) as Record<string, unknown>;
  const shifted = { version, sources, names, mappings: ";".repeat(lines) + String(mappings) };
  const base64 = Buffer.from(JSON.stringify(shifted)).toString("base64");
  return `//# sourceMappingURL=data:application/json;base64,${base64}\n`;
}
