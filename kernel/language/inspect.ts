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
  /** The same in parts, as Markdown, for who has more to say. */
  readonly parts: InspectionParts;
}

/** What inspection tells, in its order. */
interface InspectionParts {
  /** What the thing at the cursor is declared as; empty when that is not known. */
  readonly declared: string;
  /** The call around it, and its source. */
  readonly rest: string;
  readonly hasSource: boolean;
}

/** What inspection can draw on. */
export interface InspectionSources {
  readonly hover: Hover | null;
  readonly signatures: SignatureHelp | null;
  /** The source of the declaration, for a closer look. */
  readonly source?: DeclarationSource | undefined;
}

/** The text of a declaration. */
export interface DeclarationSource {
  readonly text: string;
  /** Where it stands: a file and a line; nothing for a cell. */
  readonly place?: string;
}

/** Puts together what is known of the thing at the cursor and of the call around it. */
export function inspectionResult({ hover, signatures, source }: InspectionSources): InspectionResult {
  const declared = hover === null ? "" : hoverText(hover);
  const call = signatures === null ? "" : signatureText(signatures);
  const parts = {
    declared: declared === nothingKnown ? "" : declared,
    rest: joined([call, source === undefined ? "" : sourceText(source)]),
    hasSource: source !== undefined,
  };
  const whole = joined([parts.declared, parts.rest]);
  if (whole === "") return { found: false, data: {}, metadata: {}, parts };
  return { found: true, data: renderMarkdown(whole), metadata: {}, parts };
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

function sourceText({ text, place }: DeclarationSource): string {
  return `**Source**${place === undefined ? "" : ` \`${place}\``}\n\n${fence(text)}`;
}

// The type of a name that nobody has declared.
const nothingKnown = fence("any");

/** What is told of the thing at the cursor, as Markdown. */
export function hoverText({ contents }: Hover): string {
  const text = Array.isArray(contents) ? contents.map(textOf).join("\n\n") : textOf(contents);
  // An alias is how a cell sees earlier names; a person means the thing itself.
  return withoutFileLinks(withoutNamespaces(text))
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
  return content === undefined ? "" : withoutFileLinks(textOf(content)).trim();
}

// A link into the compiler's own libraries leads nowhere in a browser.
function withoutFileLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\(file:[^)\s]*\)/g, "$1");
}

function textOf(content: string | { readonly value: string; readonly language?: string }): string {
  if (typeof content === "string") return content;
  return content.language === undefined ? content.value : fence(content.value);
}

/** Code as Markdown. */
export function fence(code: string): string {
  return `\`\`\`typescript\n${code}\n\`\`\``;
}
