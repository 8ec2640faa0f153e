import { expect, it } from "vitest";
import { renderMarkdown } from "../../../kernel/language/markdown.ts";

const markdown = [
  "```typescript",
  "function f<T>(a: T): void",
  "```",
  "Does *this* and **that** with `a<b>`, see [there](https://example.org/x).",
  "",
  "*@param* `a` — it",
].join("\n");

it("plain text loses the marks", () => {
  expect(renderMarkdown(markdown)["text/plain"]).toBe(
    "function f<T>(a: T): void\n\nDoes this and that with a<b>, see there.\n\n@param a — it",
  );
});

it("HTML is escaped, with code, emphasis and links", () => {
  expect(renderMarkdown(markdown)["text/html"]).toBe(
    [
      "<pre><code>function f&lt;T&gt;(a: T): void</code></pre>",
      '<p>Does <em>this</em> and <strong>that</strong> with <code>a&lt;b&gt;</code>, see <a href="https://example.org/x">there</a>.</p>',
      "<p><em>@param</em> <code>a</code> — it</p>",
    ].join("\n"),
  );
});

it("nothing in a text becomes a tag or a link to a script", () => {
  const html = renderMarkdown('<img src=x onerror=alert(1)> [x](javascript:alert(1)) "q"')["text/html"];
  expect(html).toBe("<p>&lt;img src=x onerror=alert(1)&gt; [x](javascript:alert(1)) &quot;q&quot;</p>");
});
