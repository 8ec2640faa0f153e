import { isDisplayHandle, toBundle } from "../display/index.ts";
import type { MimeBundle } from "../display/index.ts";
import type { Engine } from "../engine/engine.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { Display } from "../session/evaluator.ts";
import type { ExpressionResult } from "../wire/contents/execute.ts";
import type { BoundResults } from "./bound-results.ts";
import { mayNameStages, mayUseStages } from "./needs-stages.ts";
import type { StagesOnDemand } from "./stages-on-demand.ts";

/** What an {@link Evaluation} works with. */
export interface EvaluationParts {
  readonly engine: Engine;
  readonly stages: StagesOnDemand;
  readonly results: BoundResults;
}

type Evaluated = Extract<Outcome, { readonly status: "ok" }>;

/** Evaluates the code of cells and a client's expressions, and makes what is shown of their values. */
export class Evaluation {
  readonly #parts: EvaluationParts;

  constructor(parts: EvaluationParts) {
    this.#parts = parts;
  }

  /** Has the session hold what code may name: core's names, and the results of earlier cells. */
  async provideFor(code: string): Promise<void> {
    const { stages, results } = this.#parts;
    if (mayUseStages(code)) await stages.open();
    results.bind(code);
  }

  /** Runs code. @throws whatever the code throws */
  async run(code: string): Promise<Evaluated> {
    const outcome = await this.#parts.engine.evaluate(code);
    if (outcome.status === "error") throw outcome.thrown;
    return outcome;
  }

  /** What is shown of the value of code, if anything is. */
  async resultOf({ hasValue, value }: Evaluated): Promise<Display | undefined> {
    if (!hasValue || isDisplayHandle(value)) return undefined;
    return { data: await this.bundle(value) };
  }

  /** The values of a client's expressions, or what they threw, by the names that the client gave them. */
  async each(expressions: Readonly<Record<string, string>>): Promise<Record<string, ExpressionResult>> {
    const { engine } = this.#parts;
    const answers: Record<string, ExpressionResult> = {};
    for (const [name, expression] of Object.entries(expressions)) {
      await this.provideFor(expression);
      const outcome = await engine.evaluate(expression, { name: `[user_expressions ${name}]` });
      answers[name] =
        outcome.status === "error"
          ? { status: "error", ...engine.traceback(outcome.thrown) }
          : { status: "ok", metadata: {}, data: await this.bundle(outcome.value) };
    }
    return answers;
  }

  /** What is shown of a value: as one of core's objects, or as any other. */
  async bundle(value: unknown): Promise<MimeBundle> {
    const { stages } = this.#parts;
    const opened = mayNameStages(value) ? await stages.open() : stages.opened;
    return (await opened?.render(value)) ?? (await toBundle(value));
  }
}
