import type { JsonObject } from "../core/config.ts";
import type { DRef } from "../core/index.ts";
import { isDRef } from "../core/ref.ts";
import { varyingFields } from "../core/outcomes/config-fields.ts";
import { shorten } from "./views/format.ts";
import { fieldWords } from "./views/outcome-rows.ts";

/** A derivation that may have its name in common with others. */
export interface NamedDerivation {
  readonly dref: DRef;
  readonly name: string;
  readonly config: JsonObject;
}

const mostNamesakes = 200;
const maxFields = 3;
const maxValueLength = 24;

/** Of derivations that have one name, as the points of a sweep have: what their configs do not have in common, `lr 0.1, depth 2`. */
export function toldApart(derivations: readonly NamedDerivation[]): Map<DRef, string> {
  const words = new Map<DRef, string>();
  const byName = new Map<string, NamedDerivation[]>();
  for (const one of derivations) {
    const namesakes = byName.get(one.name);
    if (namesakes === undefined) byName.set(one.name, [one]);
    else namesakes.push(one);
  }
  for (const namesakes of byName.values()) {
    if (namesakes.length === 1 || namesakes.length > mostNamesakes) continue;
    const { fields, rows } = varyingFields(namesakes.map(({ config }) => config));
    // That another dependency stands there tells less than a value, and nothing where values tell all.
    const values = fields.filter((field) => rows.every((row) => !isDRef(row[field])));
    const kinds = new Set(rows.map((row) => JSON.stringify(values.map((field) => row[field]))));
    const order = kinds.size === rows.length ? values : [...new Set([...values, ...fields])];
    for (const [index, { dref }] of namesakes.entries()) {
      const own = rows[index] ?? {};
      const told = order.filter((field) => field in own);
      const shown = told
        .slice(0, maxFields)
        .map((field) => shorten(fieldWords(field, own[field]), field.length + maxValueLength));
      words.set(dref, [...shown, ...(told.length > maxFields ? ["…"] : [])].join(", "));
    }
  }
  return words;
}
