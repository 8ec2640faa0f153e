/** Reads CSV as RFC 4180 has it. */
export function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { value, next } = text[at] === '"' ? quoted(text, at) : plain(text, at);
    line.push(value);
    if (text[next] === ",") at = next + 1;
    else {
      if (text.slice(next, next + 2) !== "\r\n") throw new Error(`no line break at ${next}`);
      lines.push(line);
      line = [];
      at = next + 2;
      continue;
    }
    // A comma at the end of the text would be followed by an empty cell.
    if (at === text.length) line.push("");
  }
  return lines;
}

function plain(text: string, from: number): { value: string; next: number } {
  let next = from;
  while (next < text.length && text[next] !== "," && text[next] !== "\r") next++;
  return { value: text.slice(from, next), next };
}

function quoted(text: string, from: number): { value: string; next: number } {
  let value = "";
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') value += text[at++];
    else return { value, next: at + 1 };
  }
  throw new Error("a quote is not closed");
}
