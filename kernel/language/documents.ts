/*
 * The documents that the language server sees. None of them is on disk; they only borrow the notebook's folder, so
 * that imports are resolved from it.
 *
 *   .notebook-tsconfig.json   the compiler's options
 *   .notebook-ambient.d.ts    what is in scope without an import
 *   .notebook-cell.ts         the cell that is checked now: a module
 *   .notebook-query.ts        the code that is completed or inspected now: a module
 *   .notebook-cell.tsx, .notebook-query.tsx   the same, when it has elements in it
 *   .notebook-elements.tsx    what an element is, as soon as a cell has one
 *   .notebook-imports.ts      what committed cells import, under the names of their namespaces
 *   .notebook-0.ts ...        committed cells, each a global namespace `$cell7`
 *
 * A cell's earlier names are aliases of namespace members, so a check changes one document and no import: the server
 * then keeps the structure of its program and answers in some milliseconds, however many cells there are.
 */

/** The documents' names. */
export const documentNames = {
  config: ".notebook-tsconfig.json",
  ambient: ".notebook-ambient.d.ts",
  cell: ".notebook-cell.ts",
  query: ".notebook-query.ts",
  cellWithElements: ".notebook-cell.tsx",
  queryWithElements: ".notebook-query.tsx",
  elements: ".notebook-elements.tsx",
  imports: ".notebook-imports.ts",
} as const;

/** How many documents hold committed cells. */
export const chunkCount = 16;

/** The name of a document that holds committed cells. */
export function chunkName(index: number): string {
  return `.notebook-${index}.ts`;
}

/** The names of all documents that are to be checked. */
export function allDocuments(): string[] {
  const chunks = Array.from({ length: chunkCount }, (_none, index) => chunkName(index));
  // The configuration is itself part of the project, else the server makes a second project for it.
  return [...Object.values(documentNames), ...chunks];
}

const hiddenName = /^(?:\$(?:cell|m)\d+_?|\$types|\$element|\$imports|\.notebook-.*)$/;

/** Whether a name belongs to the service's own documents and is not to be offered. */
export function isHidden(name: string): boolean {
  return hiddenName.test(name);
}

/** Takes the namespaces of the service's own documents out of a text that a person will read. */
export function withoutNamespaces(text: string): string {
  return text.replaceAll(/\$(?:cell|m)\d+\./g, "");
}
