const page =
  "Cells run in Node, which has no page. display.html(text) and display.javascript(text) reach the notebook's";

/** Names that other kernels, languages and browsers have, and what does their work here. */
const hints: ReadonlyMap<string, string> = new Map([
  ["Bun", 'Cells run in Node, which has files and programs in modules, such as "node:fs/promises"'],
  ["False", "In TypeScript it is false"],
  ["None", "In TypeScript it is null, or undefined"],
  ["True", "In TypeScript it is true"],
  ["alert", "Cells show a value by display(value), and print by console.log(value)"],
  ["confirm", "A line is asked for by await input(text)"],
  ["document", page],
  ["exit", "process.exit() ends the kernel"],
  ["dir", "Object.keys(value) lists what an object has, and name? tells what it is"],
  ["help", "name? tells what something is, name?? shows its source as well"],
  ["len", "Arrays and texts have a length: list.length"],
  ["print", "Cells print by console.log(value)"],
  ["prompt", "A line is asked for by await input(text)"],
  ["quit", "process.exit() ends the kernel"],
  ["range", "Array.from({ length: n }, (_, index) => index) are the numbers below n"],
  ["str", "String(value) is its text"],
  ["window", page],
]);

const deno =
  'Cells run in Node: of Deno there is Deno.jupyter. Node has the rest in modules, such as "node:fs/promises"; or install @deno/shim-deno and import { Deno } from it';

/** What is to be said of a name that is not there but elsewhere. */
export interface ForeignName {
  readonly name: string;
  /** The compiler's message, without its guess at what was meant. */
  readonly message: string;
  readonly hint: string;
}

/** Recognises, by the compiler's message, a name that is there in other kernels, languages or browsers. */
export function foreignName(message: string): ForeignName | undefined {
  if (/^Property '[^']+' does not exist on type 'typeof Deno'/u.test(message))
    return { name: "Deno", message, hint: deno };
  const name = /^Cannot find name '(?<name>[^']+)'/u.exec(message)?.groups?.["name"];
  const hint = name === undefined ? undefined : hints.get(name);
  return name === undefined || hint === undefined
    ? undefined
    : { name, message: `Cannot find name '${name}'.`, hint };
}
