/**
 * A small lexer of TypeScript that knows just enough to tell code from strings, templates, comments and regular
 * expressions, and how deep in brackets a place is. It never fails: unclosed things simply stay open.
 */

/** What a character belongs to. Quotes, back quotes and comment marks belong to what they enclose. */
export type Place = "code" | "string" | "template" | "comment" | "regex";

/** Where a scan stands: the brackets, templates and block comments that are open, innermost last. */
export interface ScanState {
  /** `(`, `[`, `{`; `$` for a hole in a template; `` ` `` for a template; `*` for a block comment. */
  readonly open: readonly string[];
  /** Whether a `/` at this place would begin a regular expression. */
  readonly operand: boolean;
}

/** The state before anything. */
export const scanStart: ScanState = { open: [], operand: true };

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
const wordsBeforeOperand = new Set(
  "return typeof instanceof in of new delete void throw case do else await yield default".split(" "),
);
const lineEnd = /[\n\r\u2028\u2029]/u;

/**
 * Scans `text` from `state` on and tells `visit` of each UTF-16 unit: its offset, what it belongs to, and how many
 * brackets, templates and comments enclose it (an opening or closing bracket counts as outside itself). The answer is the state after the text.
 */
export function scan(
  text: string,
  state: ScanState,
  visit: (offset: number, place: Place, depth: number) => void = () => {},
): ScanState {
  const lexer = new Lexer(text, state, visit);
  return lexer.run();
}

/** Whether the state is inside no bracket, template or comment. */
function isTopLevel(state: ScanState): boolean {
  return state.open.length === 0;
}

/** Whether the state is inside a template's text or a block comment, so that what follows is not code. */
export function isInText(state: ScanState): boolean {
  const innermost = state.open.at(-1);
  return innermost === "`" || innermost === "*";
}

class Lexer {
  #at = 0;
  #operand: boolean;
  readonly #open: string[];
  readonly #text: string;
  readonly #visit: (offset: number, place: Place, depth: number) => void;

  constructor(text: string, state: ScanState, visit: (offset: number, place: Place, depth: number) => void) {
    this.#text = text;
    this.#visit = visit;
    this.#open = [...state.open];
    this.#operand = state.operand;
  }

  run(): ScanState {
    while (this.#at < this.#text.length) {
      const innermost = this.#open.at(-1);
      if (innermost === "*") this.#blockComment();
      else if (innermost === "`") this.#template();
      else this.#code();
    }
    return { open: this.#open, operand: this.#operand };
  }

  #take(place: Place, count = 1, depth = this.#open.length): void {
    for (let taken = 0; taken < count && this.#at < this.#text.length; taken++) {
      this.#visit(this.#at++, place, depth);
    }
  }

  #code(): void {
    const rest = this.#text.slice(this.#at, this.#at + 2);
    const unit = rest.charAt(0);
    if (rest === "//") this.#line("comment");
    else if (rest === "/*") this.#enter("*", "comment", 2);
    else if (unit === "`") this.#enter("`", "template", 1);
    else if (unit === '"' || unit === "'") this.#quoted(unit);
    else if (unit === "/" && this.#operand) this.#regex();
    else if (unit === "(" || unit === "[" || unit === "{") this.#enter(unit, "code", 1);
    else if (unit === ")" || unit === "]" || unit === "}") this.#close(unit);
    else if (/[\p{L}\p{N}_$\u0080-\uffff]/u.test(unit)) this.#word();
    else {
      if (unit.trim() !== "") this.#operand = true;
      this.#take("code");
    }
  }

  #enter(mark: string, place: Place, length: number): void {
    this.#take(place, length);
    this.#open.push(mark);
    this.#operand = true;
  }

  #close(unit: string): void {
    const innermost = this.#open.at(-1);
    const hole = unit === "}" && innermost === "$";
    if (hole || innermost === closers[unit]) this.#open.pop();
    this.#take(hole ? "template" : "code");
    this.#operand = hole;
  }

  #word(): void {
    const word =
      /^[\p{L}\p{N}_$\u0080-\uffff]+/u.exec(this.#text.slice(this.#at))?.[0] ?? this.#text.charAt(this.#at);
    this.#take("code", word.length);
    this.#operand = wordsBeforeOperand.has(word);
  }

  #line(place: Place): void {
    while (this.#at < this.#text.length && !lineEnd.test(this.#text.charAt(this.#at))) this.#take(place);
  }

  #quoted(quote: string): void {
    this.#take("string");
    this.#until(quote, "string");
    this.#operand = false;
  }

  #regex(): void {
    this.#take("regex");
    this.#until("/", "regex");
    this.#operand = false;
  }

  // To the closing mark or, where that is missing, to the end of the line.
  #until(mark: string, place: Place): void {
    let inClass = false;
    while (this.#at < this.#text.length) {
      const unit = this.#text.charAt(this.#at);
      if (lineEnd.test(unit)) return;
      this.#take(place, unit === "\\" ? 2 : 1);
      if (place === "regex" && unit === "[") inClass = true;
      else if (place === "regex" && unit === "]") inClass = false;
      else if (unit === mark && !inClass) return;
    }
  }

  #template(): void {
    const rest = this.#text.slice(this.#at, this.#at + 2);
    if (rest === "${") {
      this.#take("template", 2);
      this.#open.push("$");
      this.#operand = true;
    } else if (rest.startsWith("`")) {
      this.#open.pop();
      this.#take("template");
      this.#operand = false;
    } else this.#take("template", rest.startsWith("\\") ? 2 : 1);
  }

  #blockComment(): void {
    if (this.#text.startsWith("*/", this.#at)) {
      this.#open.pop();
      this.#take("comment", 2);
    } else this.#take("comment");
  }
}

/** Whether the brackets, templates and comments that `text` opens are all closed in it. */
export function isClosed(text: string): boolean {
  return isTopLevel(scan(text, scanStart));
}
