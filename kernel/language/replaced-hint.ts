import type { Binding } from "./cells.ts";
import type { Diagnostic } from "./diagnose.ts";

/** What is known of a cell's declarations and of those that they take the place of. */
export interface ReplacedSources {
  /** The names of earlier cells. */
  readonly names: ReadonlyMap<string, Binding>;
  /** The texts of their declarations. */
  readonly sources: ReadonlyMap<string, string>;
  /** The names that the cell itself declares. */
  readonly declared: { readonly has: (name: string) => boolean };
}

const unknownMember =
  /'(?<member>[\w$]+)' does not exist (?:in|on) type '(?:typeof )?(?<owner>[\w$]+)(?:<[^']*>)?'/u;

/**
 * Why a member is missing that an earlier cell declared: in a file, two interfaces of one name are one; of two cells, the later takes the
 * place of the earlier, or a cell could not be run again.
 */
export function replacedHint({ message }: Diagnostic, known: ReplacedSources): string | undefined {
  const { member = "", owner = "" } = unknownMember.exec(message)?.groups ?? {};
  const earlier = known.sources.get(owner);
  if (earlier === undefined || !known.declared.has(owner)) return undefined;
  if (!new Set<string>(earlier.match(/[\p{ID_Continue}$]+/gu)).has(member)) return undefined;
  const cell = known.names.get(owner)?.title ?? "before";
  const isInterface = /^(?:export\s+|declare\s+)*interface\b/u.test(earlier);
  const advice = isInterface ? ` To add to one: declare global { interface ${owner} { ... } } in both` : "";
  return `It is in the ${owner} of cell ${cell}, which that of this cell takes the place of.${advice}`;
}
