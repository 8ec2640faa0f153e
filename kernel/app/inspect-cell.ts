import { inspectMagic } from "../../magics/complete.ts";
import type { SplitOptions } from "../../magics/index.ts";
import { typescriptView } from "../../magics/typescript.ts";
import { helpView } from "../../magics/views/help.ts";
import type { LiveValue } from "../engine/live-value.ts";
import type { Language } from "../language/language.ts";
import { fence } from "../language/inspect.ts";
import type { InspectionResult } from "../language/inspect.ts";
import { renderMarkdown } from "../language/markdown.ts";
import { valuePath } from "../language/member-path.ts";
import type { Inspection } from "../session/evaluator.ts";
import { unlessOutOfOrder } from "./out-of-order.ts";

/** Who knows what stands in a cell. */
export interface InspectionParts {
  readonly split: SplitOptions;
  readonly language: Pick<Language, "inspect">;
  /** Tells what the live value at the end of a path is. */
  readonly describe: (path: readonly string[]) => Promise<LiveValue | undefined>;
}

/** A place in a cell. */
export interface InspectionPlace {
  readonly code: string;
  /** In UTF-16 units. */
  readonly cursor: number;
  readonly detail: 0 | 1;
}

/** What stands at a cursor: a magic, or what the types say together with what the value is now. */
export async function inspectCell(
  { code, cursor, detail }: InspectionPlace,
  { split, language, describe }: InspectionParts,
): Promise<Inspection> {
  const magic = inspectMagic(code, cursor, split);
  if (magic !== undefined) return { found: true, data: helpView(magic) };
  const typed = await unlessOutOfOrder(language.inspect(typescriptView(code, split), cursor, detail));
  const path = valuePath(code, cursor);
  const value = path && asksForValue(typed, path) ? await describe(path) : undefined;
  if (value === undefined) return { found: typed?.found ?? false, data: { ...typed?.data } };
  const parts = [
    typed?.parts.declared,
    valueText(value),
    typed?.parts.rest,
    sourceText(value, typed, detail),
  ];
  const markdown = parts.filter((part) => part !== undefined && part !== "").join("\n\n");
  return { found: true, data: { ...renderMarkdown(markdown) } };
}

// What is no name of a value (a type, a key, a parameter) may be spelt like one.
function asksForValue(typed: InspectionResult | undefined, path: readonly string[]): boolean {
  const declared = typed?.parts.declared ?? "";
  if (declared === "") return typed === undefined || path.length > 1;
  return path.length > 1
    ? /^```\w*\n\((?:property|accessor)\)/.test(declared)
    : /^```\w*\n(?:const|let|var) /.test(declared);
}

function valueText({ kind, preview }: LiveValue): string {
  if (preview === kind) return `**Value:** ${kind}`;
  if (/^(?:number|boolean|bigint|symbol)$/.test(kind)) return `**Value:** \`${preview}\``;
  return `**Value:** ${kind}\n\n${fence(preview)}`;
}

function sourceText(value: LiveValue, typed: InspectionResult | undefined, detail: 0 | 1): string {
  if (detail === 0 || value.source === undefined || typed?.parts.hasSource === true) return "";
  return `**Source**\n\n${fence(value.source)}`;
}
