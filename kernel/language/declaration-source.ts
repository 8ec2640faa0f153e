import { readFileSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Node } from "oxc-parser";
import type { Definition, Hover, Location } from "vscode-languageserver-protocol";
import { LineIndex } from "./cursor.ts";
import { hoverText } from "./inspect.ts";
import type { DeclarationSource } from "./inspect.ts";
import { parse, walk } from "./syntax.ts";

/** The text of a declaration in one of the user's own files; nothing where it stands elsewhere, in a cell or a package. */
export function sourceInFile(definition: Definition | null, folder: string): DeclarationSource | undefined {
  const location = firstOf(definition);
  if (location === undefined) return undefined;
  const path = fileURLToPath(location.uri);
  const text = /[\\/]node_modules[\\/]|\.d\.[cm]?ts$/.test(path) ? undefined : readText(path);
  if (text === undefined) return undefined;
  const { start } = location.range;
  const found = declarationAt(text, new LineIndex(text).offsetAt(start));
  return found === undefined
    ? undefined
    : { text: found, place: `${shortPath(path, folder)}:${start.line + 1}` };
}

/** The text of a member of a class in a cell, of which the server says `(method) Model.fit(...)`. */
export function memberSource(
  hover: Hover | null,
  sources: ReadonlyMap<string, string>,
): DeclarationSource | undefined {
  const told =
    /\((?:method|property|accessor|getter|setter)\) (?<owner>[\w$]+)(?:<[^\n]*?>)?\.(?<member>[\w$]+)/.exec(
      hover === null ? "" : hoverText(hover),
    )?.groups;
  const text = told && sources.get(told["owner"] ?? "");
  if (told === undefined || text === undefined) return undefined;
  let found: string | undefined;
  for (const statement of parse(text).statements) {
    walk(statement, (node) => {
      const isIt = isMember(node) && node.key.type === "Identifier" && node.key.name === told["member"];
      if (isIt) found ??= text.slice(node.start, node.end);
      return found === undefined;
    });
  }
  return found === undefined ? undefined : { text: found };
}

type Member = Extract<
  Node,
  { readonly type: "MethodDefinition" | "PropertyDefinition" | "TSMethodSignature" | "TSPropertySignature" }
>;

function isMember(node: Node): node is Member {
  return ["MethodDefinition", "PropertyDefinition", "TSMethodSignature", "TSPropertySignature"].includes(
    node.type,
  );
}

// The smallest member of a class, or else the statement, that an offset is in.
function declarationAt(text: string, offset: number): string | undefined {
  const { statements } = parse(text);
  const statement = statements.find(({ start, end }) => start <= offset && offset <= end);
  if (statement === undefined) return undefined;
  let found: Node = statement;
  walk(statement, (node) => {
    if (offset < node.start || node.end < offset) return false;
    if (isMember(node)) found = node;
    return true;
  });
  return text.slice(found.start, found.end);
}

function firstOf(definition: Definition | null): Location | undefined {
  return Array.isArray(definition) ? definition[0] : (definition ?? undefined);
}

function shortPath(path: string, folder: string): string {
  const short = relative(folder, path);
  return short.startsWith("..") || isAbsolute(short) ? path : `./${short}`;
}

// Documents of cells are on no disk.
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
