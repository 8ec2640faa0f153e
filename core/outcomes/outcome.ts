import type { Json } from "../config.ts";
import type { Context } from "../context.ts";
import type { DRef, RRef } from "../ref.ts";
import type { OutcomeMetrics, OutcomeValue } from "./read-metrics.ts";

/** One realization as a row of a table. */
export interface Outcome<C = unknown> {
  readonly rref: RRef<C>;
  readonly dref: DRef<C>;
  /** What its stage is called. */
  readonly name: string;
  /** `"failed"` for a run that was recorded as a failure (see `onFailure`), which no matcher takes. */
  readonly state: "realized" | "failed";
  /** Why it failed, if it did. */
  readonly error?: string;
  /** Whether the matcher takes it, as things stand. */
  readonly chosen: boolean;
  /** Whether a person had a hand in it (see `pause`). Left out when not. */
  readonly byHand?: true;
  readonly started: Date;
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** Of its config, what may differ from row to row: the fields of the sweep, or else all leaves. Stages are addresses. */
  readonly fields: Readonly<Record<string, Json>>;
  /** Empty for one that failed: what it left half done is no result. */
  readonly metrics: OutcomeMetrics;
  readonly context: Context;
}

/** What a cell of an outcome table may hold. */
export type OutcomeCell = OutcomeValue | Date | Json | undefined;

const facts: Readonly<Record<string, (row: Outcome) => OutcomeCell>> = {
  started: (row) => row.started,
  durationMs: (row) => row.durationMs,
  sizeBytes: (row) => row.sizeBytes,
  state: (row) => row.state,
  chosen: (row) => row.chosen,
  name: (row) => row.name,
  rref: (row) => row.rref,
  dref: (row) => row.dref,
};

/** The columns that every outcome has. */
export const factNames: readonly string[] = Object.keys(facts);

/**
 * The value of a row in a column: a metric, else a field of the config, else one of `factNames`. A field that is called like a
 * metric or a fact is `config.` and its name.
 */
export function cellOf(row: Outcome, column: string): OutcomeCell {
  if (Object.hasOwn(row.metrics, column)) return row.metrics[column];
  if (Object.hasOwn(row.fields, column) && !Object.hasOwn(facts, column)) return row.fields[column];
  if (Object.hasOwn(facts, column)) return facts[column]?.(row);
  const field = /^config\.(.*)$/s.exec(column)?.[1];
  return field !== undefined && Object.hasOwn(row.fields, field) ? row.fields[field] : undefined;
}
