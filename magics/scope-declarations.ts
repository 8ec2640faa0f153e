/** The names of core that every cell sees without an import. */
export const scopeNames: readonly string[] = [
  ..."self only latest best some all exact match stage".split(" "),
  ..."both either narrow tolerant fetchUrl fetchLocal unpack command redefine realized".split(" "),
  ..."instantiate realize realizeMany realize$ pause explain lens outcomes".split(" "),
  ..."sweep list random uniform logUniform integers choice".split(" "),
];

const scopeTypeNames =
  "Build Closure DRef Lens Matcher Outcomes RRef Realizer SelfPath Stage Store Sweep".split(" ");
const generic: Readonly<Record<string, string>> = Object.fromEntries(
  "Build Closure DRef Lens RRef Realizer Stage Sweep".split(" ").map((name) => [name, "<C = unknown>"]),
);

/** Declarations of these names, and of core's main types, for the language service: the text of a global `.d.ts`. */
export const scopeDeclarations: string = [
  ...scopeNames.map((name) => `declare const ${name}: typeof import("lightnix").${name};`),
  ...scopeTypeNames.map((name) => {
    const parameters = generic[name] ?? "";
    return `type ${name}${parameters} = import("lightnix").${name}${parameters === "" ? "" : "<C>"};`;
  }),
  "",
].join("\n");
