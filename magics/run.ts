import { isStage } from "../core/config.ts";
import type { Stage } from "../core/index.ts";
import { isDRef, isRRef } from "../core/ref.ts";
import { nearest } from "../core/nearest.ts";
import { isIdentifier } from "./identifier.ts";
import { parseArguments } from "./arguments.ts";
import type { Expression } from "./argument-specs.ts";
import type { ParsedArguments, Span } from "./arguments.ts";
import { MagicError } from "./errors.ts";
import { expressionList, takesPair } from "./expression-list.ts";
import { walkFrom } from "./facts/lens.ts";
import type { CellHost } from "./host.ts";
import type { PreparedCellMagic } from "./parse.ts";
import { typedName } from "./registry.ts";
import type { Magic, MagicRegistry } from "./registry.ts";
import type { Session } from "./session.ts";
import { helpView } from "./views/help.ts";

/** How the code of a prepared cell gives the value of an expression argument. */
export type Thunk = (walk: (head: unknown) => Promise<unknown>) => Promise<unknown>;

/** What a runner is made of. */
export interface RunnerParts {
  readonly host: CellHost;
  readonly session: Session;
  readonly registry: MagicRegistry;
}

/** Runs the magics of a session's cells. */
export interface MagicRunner {
  /** What the code of a prepared cell calls: the name (with `?` for help), the argument text, and the expression. */
  line(name: string, text: string, value?: Thunk): Promise<void>;
  /** Runs a prepared cell magic. */
  cell(prepared: PreparedCellMagic): Promise<void>;
}

/** Makes the runner of a session; a magic's error is the runner's. */
export function createRunner(parts: RunnerParts): MagicRunner {
  return {
    line: async (typed, text, value) => {
      const help = typed.endsWith("?");
      const magic = parts.registry.get("line", help ? typed.slice(0, -1) : typed);
      if (help) parts.host.page(helpView(magic));
      else
        await run(parts, {
          magic,
          args: parseArguments(typedName(magic), magic.args, text),
          text,
          body: "",
          value,
        });
    },
    cell: async ({ magic, help, args, text, body }) => {
      if (help) parts.host.page(helpView(magic));
      else await run(parts, { magic, args, text, body, value: undefined });
    },
  };
}

interface Effect {
  readonly magic: Magic;
  readonly args: ParsedArguments;
  readonly text: string;
  readonly body: string;
  readonly value: Thunk | undefined;
}

async function run(parts: RunnerParts, effect: Effect): Promise<void> {
  const { magic, args, body } = effect;
  const values: Record<string, unknown> = { ...args.values };
  for (const [name, spec] of Object.entries(magic.args)) {
    if (spec.type === "expression" && values[name] !== undefined) {
      values[name] = expression(parts, effect, values[name] as Span);
    }
  }
  await magic.run({ ...parts, args: values as Parameters<Magic["run"]>[0]["args"], body });
}

function expression(parts: RunnerParts, { magic, text, value }: Effect, span: Span): Expression {
  const { session } = parts;
  const walk = async (head: unknown): Promise<unknown> =>
    isStage(head) || isDRef(head) || isRRef(head) ? await walkFrom(head as Stage, session.store) : head;
  const typed = text.slice(span.start, span.end);
  return {
    text: typed,
    value: async () => {
      try {
        return await value?.(walk);
      } catch (error) {
        const texts = takesPair(magic)
          ? expressionList(typed).map(({ start, end }) => typed.slice(start, end))
          : [typed];
        const unknown = texts.map((one) => unknownName(parts, typedName(magic), one));
        throw unknown.find((one) => one !== undefined) ?? error;
      }
    },
  };
}

// A name that nobody defined, as the head of the expression: the session knows better than V8 what was meant.
function unknownName({ host, session }: RunnerParts, magic: string, text: string): MagicError | undefined {
  const [head] = /^[\p{ID_Start}$_][\p{ID_Continue}$]*(?=\s*(?:$|[.?[]))/u.exec(text) ?? [];
  if (head === undefined || !isIdentifier(head) || host.lookup(head) !== undefined) return undefined;
  const { provenance } = session;
  const near = nearest(head, provenance.stageNames()) ?? nearest(head, host.names());
  const advice = provenance.hasFailed(head)
    ? `: the cell that was to define it failed`
    : near === undefined
      ? ". Run the cell that defines it first, or correct the name"
      : `. Did you mean "${near}"?`;
  return new MagicError("unknown-name", `Cannot run ${magic}: "${head}" is not defined${advice}`, {
    name: head,
  });
}
