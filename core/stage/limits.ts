/** What one run of a realizer may take. No part of a stage's identity. */
export interface BuildLimits {
  /** How long it may take, in milliseconds. A run in this process is asked to stop; one in a process of its own is killed. */
  readonly timeMs?: number | undefined;
  /**
   * How much memory the process of its own that it runs in may take, with all that it starts. Runs in this process know no such
   * limit.
   */
  readonly memoryBytes?: number | undefined;
  /**
   * Whether it may write only into its own output and scratch folders, and start neither processes nor threads, nor load native code, as
   * those would be under no restriction. It guards against what is done by mistake, by Node's permission model; it keeps nobody out
   * who means harm. Only for closed stages, in processes of their own; elsewhere such a stage does not run.
   */
  readonly restricted?: boolean | undefined;
}

// A bare process of Node takes half of it.
const LEAST_MEMORY_BYTES = 128 * 2 ** 20;

/** Checks the limits of the stage `name`. @throws {RangeError} */
export function checkLimits(name: string, limits: BuildLimits): BuildLimits {
  const { timeMs, memoryBytes, restricted } = limits;
  const refuse = (field: string, value: unknown, advice: string): never => {
    throw new RangeError(
      `Cannot make the stage "${name}": limits.${field} is ${String(value)}, and ${advice}`,
    );
  };
  if (timeMs !== undefined && !(timeMs > 0))
    refuse("timeMs", timeMs, "must be a number of milliseconds above 0");
  if (memoryBytes !== undefined && !(memoryBytes >= LEAST_MEMORY_BYTES))
    refuse(
      "memoryBytes",
      memoryBytes,
      `must be ${LEAST_MEMORY_BYTES} (128 MB) at least: a process of Node takes half of that`,
    );
  if (restricted !== undefined && typeof restricted !== "boolean")
    refuse("restricted", restricted, "must be true or false");
  return Object.freeze({ ...limits });
}
