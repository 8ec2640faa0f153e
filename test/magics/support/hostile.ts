import fc from "fast-check";
import type { MimeBundle } from "../../../magics/host.ts";

/** Texts that somebody would like to see executed, or that break a page or a terminal. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "<script>alert(1)</script>",
    '"onerror="alert(1)',
    "' onmouseover='alert(1)",
    "</pre></section><img src=x onerror=alert(1)>",
    "</style><script>",
    "<!-- -->]]>",
    "&lt;&#x3c;",
    "javascript:alert(1)",
    "\u001b[31mred\u001b[0m\u001b]8;;http://x\u0007link\u001b]8;;\u0007",
    "\u0000\u0001\u007f\u009b31m",
    "a\u202eb\u2066c",
    "\ud83d",
    "x\r\ny\u2028z",
    "${x} `a`",
    "w".repeat(50_000),
    "<b>".repeat(5000),
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);

// No headings: JupyterLab's table of contents would list them among those of the notebook.
const tags = new Set(
  "style section header span em p a code pre table thead tbody tr th td details summary div img time i b svg g path line text circle title".split(
    " ",
  ),
);
const attributes = new Set(
  "class id title href src alt style datetime colspan aria-hidden aria-label role hidden width height".split(
    " ",
  ),
);
// Where something is drawn: numbers and letters of paths.
const places = new Set("viewBox d x y x1 x2 y1 y2 cx cy r transform text-anchor".split(" "));

/** What is wrong with a bundle that should do nothing but show: in its HTML, and in its text for a terminal. */
export function harmOf(bundle: MimeBundle): string[] {
  const markup = textOf(bundle["text/html"]);
  const text = textOf(bundle["text/plain"]);
  const body = markup.replace(/^<style>[^<]*<\/style>/u, "");
  const problems = Array.from(body.matchAll(/<\/?([^\s>/]*)([^>]*)>?/gu)).flatMap(
    ([tag, name = "", rest = ""]) => {
      const attribute = attributeProblem(rest);
      const isTag = tags.has(name) && tag.endsWith(">");
      return isTag && attribute === "" ? [] : [`${tag} ${attribute}`.slice(0, 200)];
    },
  );
  if (invisible.test(markup + text)) problems.push("a control character");
  if (markup.length + text.length > 3_000_000) problems.push("too long");
  return problems;
}

// oxlint-disable-next-line eslint/no-control-regex
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u;

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

// What is left of a tag when its safe attributes are taken out.
function attributeProblem(text: string): string {
  return text
    .replace(/\s([a-zA-Z0-9-]+)="([^"<>]*)"/gu, (all, name: string, value: string) =>
      (attributes.has(name) && isSafe(name, value)) || (places.has(name) && /^[\w\s().-]*$/u.test(value))
        ? ""
        : all,
    )
    .replace(/\/$/u, "")
    .trim();
}

function isSafe(name: string, value: string): boolean {
  if (name === "href") return /^#[\w-]+$/u.test(value);
  if (name === "src") return /^data:image\/(?:png|jpeg|gif|webp|svg\+xml);base64,[\w+/=]*$/u.test(value);
  if (name === "style") return /^(?:width:\d+%|text-align:left)$/u.test(value);
  return true;
}
