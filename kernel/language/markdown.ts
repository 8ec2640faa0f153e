/** The same text in the forms that a front end may show. */
export interface Rendered {
  readonly "text/plain": string;
  readonly "text/markdown": string;
  readonly "text/html": string;
}

/** Renders the Markdown that the language server writes: paragraphs, fenced code, code, emphasis and links. */
export function renderMarkdown(markdown: string): Rendered {
  const parts = splitFences(markdown.trim());
  return {
    "text/plain": parts.map(({ text, isCode }) => (isCode ? text : plainProse(text))).join("\n\n"),
    "text/markdown": markdown.trim(),
    "text/html": parts.map(({ text, isCode }) => (isCode ? codeBlock(text) : htmlProse(text))).join("\n"),
  };
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

interface Part {
  readonly text: string;
  readonly isCode: boolean;
}

function splitFences(markdown: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const fence of markdown.matchAll(/^(`{3,})[^\n`]*\n([\s\S]*?)\n?\1\s*$/gm)) {
    parts.push({ text: markdown.slice(at, fence.index).trim(), isCode: false });
    parts.push({ text: fence[2] ?? "", isCode: true });
    at = fence.index + fence[0].length;
  }
  parts.push({ text: markdown.slice(at).trim(), isCode: false });
  return parts.filter(({ text }) => text !== "");
}

function plainProse(text: string): string {
  return text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/`([^`]*)`/g, "$1")
    .replaceAll(/(\*{1,2})(\S(?:.*?\S)?)\1/g, "$2");
}

function codeBlock(text: string): string {
  return `<pre><code>${escapeHtml(text)}</code></pre>`;
}

function htmlProse(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => `<p>${htmlInline(paragraph).replaceAll("\n", "<br>")}</p>`)
    .join("\n");
}

function htmlInline(text: string): string {
  return escapeHtml(text)
    .replaceAll(/`([^`]*)`/g, "<code>$1</code>")
    .replaceAll(/\[([^\]]*)\]\((https?:[^)\s]*)\)/g, '<a href="$2">$1</a>')
    .replaceAll(/\*\*(\S(?:.*?\S)?)\*\*/g, "<strong>$1</strong>")
    .replaceAll(/\*(\S(?:.*?\S)?)\*/g, "<em>$1</em>");
}
