import { stage } from "../../core/index.ts";
import type { Matcher, Realizer } from "../../core/index.ts";
import { errorCode, LightnixError } from "../../core/errors.ts";
import { isName } from "../../core/ref.ts";
import { isIdentifier } from "../arguments.ts";
import { lineOfConfigPath } from "../capture/config-line.ts";
import { evaluateStageCell } from "../capture/stage-cell.ts";
import { MagicError } from "../errors.ts";
import { readStage } from "../facts/stage.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { scopeNames, sessionScope } from "../scope.ts";
import { stageView } from "../views/stage.ts";

/** `%%stage name`: the cell is a module that defines a stage. */
export const stageMagic: Magic = defineMagic({
  name: "stage",
  kind: "cell",
  summary: "defines a stage: config, matcher and realizer",
  help: `
The cell is a module of its own. It exports

  config     the prerequisites: JSON, other stages, self("...") for artifacts it promises
  matcher    which outcomes count; only() when left out
  default    the realizer: async (build) => { ... }

and the name is bound to the stage in later cells. Nothing runs until it is realized.

Names of earlier cells can be used. In config and matcher they have their value of now. In the realizer,
data is kept as it is now and becomes part of the config; functions and classes are kept as source, and
imports are imported again. A stage cannot be used inside the realizer: put it into config and read
build.lens.

%%stage digits
export const config = { count: 1000, table: self("digits.csv") };
export default async (build: Build) => {
  await writeFile(build.path("digits.csv"), makeDigits(build.config.count));
};`,
  args: {
    name: { type: "word", summary: "the stage's name, which later cells use as a variable" },
    outs: {
      type: "number",
      placeholder: "N",
      min: 1,
      summary: "how many outcomes one run of the realizer makes",
    },
  },
  typescriptBody: true,
  types: ({ args }) => {
    const name = args.values["name"];
    const local = "__lightnix_stage";
    return {
      epilogue: `type Build = import("lightnix").Build<typeof config>;\nexport declare const ${local}: import("lightnix").Stage<typeof config>;\n`,
      binds: typeof name === "string" && isIdentifier(name) ? [{ name, local }] : [],
    };
  },
  run: async ({ args, body, host, session }) => {
    checkStageName(args.name);
    const scope = sessionScope(session, host);
    const cell = await evaluateStageCell(body, { name: args.name, host, scope });
    checkRealizer(args.name, cell.realize);
    const made = withConfigLine(cell.module, () =>
      stage({
        name: args.name,
        config: cell.config as object,
        matcher: cell.matcher as Matcher | undefined,
        realize: cell.realize as Realizer<object>,
        outs: args.outs,
        source: cell.source,
        captured: Object.keys(cell.captured).length === 0 ? undefined : cell.captured,
      }),
    );
    host.define(args.name, made);
    host.display(stageView(await readStage(made, session.store)));
  },
});

function checkStageName(name: string): void {
  const refuse = (what: string): never => {
    throw new MagicError("bad-stage-name", `Cannot define stage "${name}": ${what}`, { stage: name });
  };
  if (!isIdentifier(name) || !isName(name)) {
    const near = camelCase(name);
    const advice = isIdentifier(near) && isName(near) ? `. Call it ${near}` : "";
    refuse(`later cells use the name as a variable, and it cannot be one${advice}`);
  }
  if (scopeNames.includes(name)) refuse(`that is a name of Lightnix, which cells need. Call it ${name}Stage`);
}

function camelCase(name: string): string {
  return name
    .replace(/[^\p{L}\p{N}_]+(\S?)/gu, (_, next: string) => next.toUpperCase())
    .replace(/^\P{L}+/u, "");
}

function checkRealizer(name: string, realize: unknown): void {
  if (typeof realize === "function") return;
  throw new MagicError(
    "no-realizer",
    `Cannot define stage "${name}": its default export is no function. The realizer is what it exports by default: export default async (build) => { ... };`,
    { stage: name },
  );
}

// Core names the field; the cell knows its line.
function withConfigLine<T>(module: Parameters<typeof lineOfConfigPath>[0], make: () => T): T {
  try {
    return make();
  } catch (error) {
    const path = error instanceof LightnixError ? error.data["path"] : undefined;
    const line = typeof path === "string" ? lineOfConfigPath(module, path) : undefined;
    if (!(error instanceof LightnixError) || line === undefined) throw error;
    throw new MagicError(
      errorCode(error) ?? "invalid-config",
      `${error.message} (line ${line} of the cell)`,
      { ...error.data, line },
      { cause: error },
    );
  }
}
