/** Parses JSON with comments and trailing commas. */
export function parseJsonc(text: string): unknown {
  const bare = text
    .replace(/^\uFEFF/, "")
    .replaceAll(
      /("(?:\\.|[^"\\])*")|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g,
      (_all, kept: string | undefined) => kept ?? " ",
    )
    .replaceAll(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_all, kept: string | undefined) => kept ?? "");
  return JSON.parse(bare);
}

/** A JSON value as an object; one that is none is empty. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The strings of a JSON array; nothing of what is none. */
export function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
