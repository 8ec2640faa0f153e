import type {
  Hover,
  MarkupContent,
  SignatureHelp,
  SignatureInformation,
} from "vscode-languageserver-protocol";
import { withoutNamespaces } from "./documents.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Rendered } from "./markdown.ts";

/** What is known of the thing at the cursor. */
export interface InspectionResult {
  readonly found: boolean;
  /** Empty when nothing was found. */
  readonly data: Rendered | Record<string, never>;
  readonly metadata: Record<string, never>;
}

/** What inspection can draw on. */
export interface InspectionSources {
  readonly hover: Hover | null;
  readonly signatures: SignatureHelp | null;
  /** The source of the declaration, for a closer look. */
  readonly source?: string | undefined;
}

/** Puts together what is known of the thing at the cursor and of the call around it. */
export function inspectionResult({ hover, signatures, source }: InspectionSources): InspectionResult {
  const parts = [
    ...(hover === null ? [] : [hoverText(hover)]),
    ...(signatures === null ? [] : [signatureText(signatures)]),
    ...(source === undefined ? [] : [`**Source**\n\n${fence(source)}`]),
  ].filter((part) => part !== "" && part !== nothingKnown);
  if (parts.length === 0) return { found: false, data: {}, metadata: {} };
  return { found: true, data: renderMarkdown(parts.join("\n\n")), metadata: {} };
}

// The type of a name that nobody has declared.
const nothingKnown = fence("any");

/** What is told of the thing at the cursor, as Markdown. */
export function hoverText({ contents }: Hover): string {
  const text = Array.isArray(contents) ? contents.map(textOf).join("\n\n") : textOf(contents);
  // An alias is how a cell sees earlier names; a person means the thing itself.
  return withoutNamespaces(text)
    .replaceAll("(alias) ", "")
    .replaceAll(/^import \S+ = \S+\n/gm, "")
    .trim();
}

function signatureText({ signatures, activeSignature }: SignatureHelp): string {
  const active = signatures[activeSignature ?? 0] ?? signatures[0];
  if (active === undefined) return "";
  const others = signatures.length > 1 ? `\n\n(+${signatures.length - 1} more)` : "";
  const parameter = activeParameter(active);
  return [fence(withoutNamespaces(active.label)), documentation(active.documentation), parameter]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat(others);
}

function activeParameter({ parameters, activeParameter: active }: SignatureInformation): string {
  const parameter = parameters?.[active ?? -1];
  if (parameter === undefined || typeof parameter.label !== "string") return "";
  const told = documentation(parameter.documentation);
  return `\`${withoutNamespaces(parameter.label)}\`${told === "" ? "" : ` — ${told}`}`;
}

function documentation(content: string | MarkupContent | undefined): string {
  return content === undefined ? "" : textOf(content).trim();
}

function textOf(content: string | { readonly value: string; readonly language?: string }): string {
  if (typeof content === "string") return content;
  return content.language === undefined ? content.value : fence(content.value);
}

function fence(code: string): string {
  return `\`\`\`typescript\n${code}\n\`\`\``;
}
