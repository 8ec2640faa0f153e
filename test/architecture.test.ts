import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import type { Comment, Program } from "oxc-parser";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = await readSources(["core", "kernel", "magics"]);

interface Source {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** Every import and re-export: the project's own files as paths, packages as their specifiers. */
  readonly imports: readonly { readonly target: string; readonly isType: boolean }[];
}

/** What a folder may import of the project's own folders and files; the longest matching prefix of a file's path decides. */
const layers: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  magics: ["magics", "core"],
  "kernel/wire": ["kernel/wire"],
  "kernel/session": ["kernel/session", "kernel/wire"],
  "kernel/tsconfig": ["kernel/tsconfig"],
  "core/typescript": ["core/typescript"],
  "kernel/engine": [
    "kernel/engine",
    "kernel/display",
    "kernel/tsconfig",
    "core/typescript",
    "core/nearest.ts",
  ],
  "kernel/debug": ["kernel/debug", "kernel/engine"],
  "kernel/display": ["kernel/display"],
  "kernel/comms": ["kernel/comms"],
  "kernel/language": ["kernel/language", "kernel/tsconfig", "core/typescript", "core/nearest.ts"],
  "kernel/app": ["kernel", "magics", "core"],
};

/** One file, or one folder, owns each dangerous import. */
const owners: Readonly<Record<string, readonly string[]>> = {
  zeromq: ["kernel/wire/zeromq.ts", "kernel/wire/zeromq-client.ts", "kernel/wire/zeromq-register.ts"],
  "node:inspector": ["kernel/engine", "kernel/debug"],
  "vscode-jsonrpc": ["kernel/language"],
};

describe("the storeys", () => {
  it("import only downwards", () => {
    const upward = sources.flatMap((source) =>
      source.imports
        .filter(({ target }) => isOwn(target) && !mayImport(source.path, target))
        .map(({ target }) => `${source.path} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it("have no circle of imports", () => {
    expect(findCircle()).toBeUndefined();
  });

  it("keep each dangerous import to its owner", () => {
    const strays = sources.flatMap((source) =>
      source.imports
        .filter(({ target, isType }) => !isType && isStray(source.path, target))
        .map(({ target }) => `${source.path} imports ${target}`),
    );
    expect(strays).toEqual([]);
  });
});

describe("every export", () => {
  it("has a docstring", () => {
    const bare = sources.flatMap((source) => undocumented(source).map((name) => `${source.path}: ${name}`));
    expect(bare).toEqual([]);
  });
});

async function readSources(folders: readonly string[]): Promise<Source[]> {
  const paths: string[] = [];
  for (const folder of folders) {
    for await (const path of walk(folder)) paths.push(path);
  }
  return paths.sort().map(readSource);
}

async function* walk(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith(".ts"))
      yield relative(root, join(entry.parentPath, entry.name));
  }
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const { program, comments, module } = parseSync(path, text, { lang: "ts", sourceType: "module" });
  const imports = [
    ...module.staticImports.map((one) => ({
      target: resolve(path, one.moduleRequest.value),
      isType: one.entries.length > 0 && one.entries.every((entry) => entry.isType),
    })),
    ...module.staticExports.flatMap((one) =>
      one.entries.flatMap((entry) =>
        entry.moduleRequest
          ? [{ target: resolve(path, entry.moduleRequest.value), isType: entry.isType }]
          : [],
      ),
    ),
    ...module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
      const literal = /^["'](.+)["']$/.exec(text.slice(start, end));
      return literal?.[1] === undefined ? [] : [{ target: resolve(path, literal[1]), isType: false }];
    }),
  ];
  return { path, text, program, comments, imports };
}

function resolve(from: string, specifier: string): string {
  return specifier.startsWith(".") ? join(dirname(from), specifier) : specifier;
}

function isOwn(target: string): boolean {
  return sources.some(({ path }) => path === target);
}

function mayImport(path: string, target: string): boolean {
  const layer = Object.keys(layers)
    .filter((prefix) => path.startsWith(`${prefix}/`))
    .sort((a, b) => b.length - a.length)[0];
  if (layer === undefined) throw new Error(`${path} belongs to no storey: name its folder in "layers"`);
  return (layers[layer] ?? []).some((prefix) => target === prefix || target.startsWith(`${prefix}/`));
}

function isStray(path: string, target: string): boolean {
  const owner = Object.entries(owners).find(
    ([name]) => target === name || target.startsWith(`${name}/`),
  )?.[1];
  return owner !== undefined && !owner.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

/** A circle of imports as a chain of paths; imports of types alone are erased and do not count. */
function findCircle(): string | undefined {
  const edges = new Map(
    sources.map((source) => [
      source.path,
      source.imports.filter(({ isType, target }) => !isType && isOwn(target)).map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(" -> ");
    if (done.has(path)) return undefined;
    for (const next of edges.get(path) ?? []) {
      const circle = visit(next, [...trail, path]);
      if (circle !== undefined) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of edges.keys()) {
    const circle = visit(path, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function undocumented(source: Source): string[] {
  return source.program.body.flatMap((statement, index, body) => {
    if (statement.type !== "ExportNamedDeclaration" || statement.declaration === null) return [];
    const previousEnd = body[index - 1]?.end ?? 0;
    const hasDocstring = source.comments.some(
      ({ type, value, start, end }) =>
        type === "Block" && value.startsWith("*") && start >= previousEnd && end <= statement.start,
    );
    // The signatures of an overloaded function share the docstring of the first.
    const name = declaredName(statement.declaration, source.text);
    const before = body[index - 1];
    const isOverload =
      before?.type === "ExportNamedDeclaration" &&
      before.declaration !== null &&
      declaredName(before.declaration, source.text) === name;
    return hasDocstring || isOverload ? [] : [name];
  });
}

function declaredName(declaration: { start: number; end: number }, text: string): string {
  const head = text.slice(declaration.start, declaration.end).split("\n", 1)[0] ?? "";
  return /(?:function\*?|class|interface|type|const|let|namespace)\s+([\w$]+)/.exec(head)?.[1] ?? head;
}
