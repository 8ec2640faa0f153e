import { escapeHtml } from "../../display/escape.ts";

// One alternative for each thing that gets a colour; whatever matches none stays plain. What a template string holds
// between its braces is coloured as part of the string.
const tokens =
  /(?<comment>\/\/.*|\/\*[^]*?\*\/)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(?<magic>^%{1,2}\w+|(?<=^%.*)\s--?[\w-]+)|(?<number>\b\d[\w.]*)|(?<keyword>\b(?:as|async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|false|finally|for|from|function|if|import|in|instanceof|interface|let|new|null|of|readonly|return|satisfies|switch|this|throw|true|try|type|typeof|undefined|using|var|void|while|yield)\b)/gm;

/** Source text of a cell as escaped HTML, with `<span class="code-keyword">` and its like around what stands out. */
export function highlight(code: string): string {
  let html = "";
  let end = 0;
  for (const match of code.matchAll(tokens)) {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    html += escapeHtml(code.slice(end, match.index));
    html += `<span class="code-${kind}">${escapeHtml(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(end));
}
