import type { ReachProblem } from "../code/reach.ts";
import { LightnixError } from "../errors.ts";

/** Says why code cannot be bundled, if so. @throws {LightnixError} `unbundlable` */
export function refuseProblems(problems: readonly ReachProblem[]): void {
  const [problem] = problems;
  if (problem === undefined) return;
  const { name, kind, advice, file } = problem;
  const where = file === undefined ? "it uses" : `${file}, which it reaches, uses`;
  throw new LightnixError(
    "unbundlable",
    `${where} ${JSON.stringify(name)}, which is ${kind}. What to do: ${advice}`,
    {
      data: { name, kind, file },
    },
  );
}
