import type { ImportedName } from "./analyse.ts";
import { documentNames } from "./documents.ts";

interface Importing {
  readonly imports: readonly ImportedName[];
  readonly augmentations: readonly string[];
}

/**
 * The document that imports for all cells: each module once, as the global alias `$m3` (so that types of a module can
 * be named in any cell), and each imported name as a member of its cell's namespace.
 */
export function importsDocument(modules: readonly string[], cells: ReadonlyMap<string, Importing>): string {
  // Only a qualified name can be an alias of anything but a namespace; default exports go through this very document.
  const lines = ["export {};", `import * as $imports from "./${documentNames.imports}";`];
  const globals: string[] = [];
  for (const [index, module] of modules.entries()) {
    lines.push(`import * as $m${index}_ from ${JSON.stringify(module)};`);
    globals.push(`export import $m${index} = $m${index}_;`);
  }
  const passed = new Map<string, string>();
  for (const [id, { imports, augmentations }] of cells) {
    const members = imports.map((one) => `export import ${one.local} = ${target(one)};`);
    if (members.length > 0) globals.push(`namespace ${id} { ${members.join(" ")} }`);
    lines.push(...augmentations);
  }
  return [...lines, ...passed.values(), `declare global { ${globals.join("\n")} }`, ""].join("\n");

  function target({ imported, specifier }: ImportedName): string {
    const module = `$m${modules.indexOf(specifier)}_`;
    if (imported === "*") return module;
    if (isPlainName(imported)) return `${module}.${imported}`;
    return `$imports.${pass(imported, specifier)}`;
  }

  // Exports something under a name of this document's own.
  function pass(imported: string, specifier: string): string {
    const key = `${imported} ${specifier}`;
    const name = `$p${passed.size}`;
    const from = JSON.stringify(specifier);
    const line =
      imported === "="
        ? `import ${name} = require(${from}); export { ${name} };`
        : `export { ${imported === "default" ? imported : JSON.stringify(imported)} as ${name} } from ${from};`;
    const known = [...passed].findIndex(([one]) => one === key);
    if (known >= 0) return `$p${known}`;
    passed.set(key, line);
    return name;
  }
}

function isPlainName(name: string): boolean {
  return name !== "default" && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}
