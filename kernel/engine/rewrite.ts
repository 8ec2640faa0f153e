import { isFunction, walk } from "./ast.ts";
import type { Node, Program } from "./ast.ts";
import type { Edits } from "./edits.ts";
import { hidden } from "./hidden.ts";

/** The edits that cells and modules share: `import()`, `import.meta`, and places where an interrupt takes effect. */
export function rewriteBodies(program: Program, edits: Edits): void {
  insertChecks(program, edits);
  walk(program, {
    enter: (node) => {
      if (node.type === "ImportExpression") {
        edits.replace({ start: node.start, end: node.start + "import".length }, hidden.import);
      } else if (node.type === "MetaProperty" && node.meta.name === "import") {
        edits.replace(node, hidden.meta);
      }
    },
  });
}

/**
 * The edits by which what a cell awaits is nothing to it when it comes after the cell was interrupted: it is not bound, where a later
 * cell may have declared that name, nor handed on. Functions are left alone, as they are called by other cells, too.
 */
export function checkAwaited(program: Program, edits: Edits): void {
  walk(program, {
    enter: (node, parent) => {
      if (isFunction(node)) return "skip";
      if (node.type !== "AwaitExpression" || parent?.type === "ExpressionStatement") return undefined;
      edits.insert(node.start, `${hidden.check}(`);
      edits.insert(node.end, ")");
      return undefined;
    },
  });
}

/** A statement that awaits by itself, and where it does so first. */
export interface Waiting {
  readonly statement: Node;
  readonly at: number;
}

/** The statements of a cell, those in its blocks included and those in its functions not, that await. */
export function waitingStatements(program: Program): Waiting[] {
  const awaiting = findAwaiting(program);
  const found: Waiting[] = [];
  walk(program, {
    enter: (node) => {
      if (isFunction(node)) return "skip";
      statementsOf(node).forEach((statement, index, list) => {
        const isApart = (list[index - 1]?.end ?? -1) < statement.start;
        if (isApart && awaiting.has(statement)) found.push({ statement, at: firstAwait(statement) });
      });
      return undefined;
    },
  });
  return found;
}

function firstAwait(statement: Node): number {
  let at: number | undefined;
  walk(statement, {
    enter: (node) => {
      if (isFunction(node)) return "skip";
      if (isAwait(node)) at ??= node.start;
      return at === undefined ? undefined : "skip";
    },
  });
  return at ?? statement.start;
}

/** Whether a module has to wait while it is evaluated. */
export function hasTopLevelAwait(program: Program): boolean {
  return findAwaiting(program).has(program);
}

// Whatever a cell awaits goes on after the cell was interrupted. So that its loops end, the statement behind one that
// awaits, and the body of a loop that awaits, begin with a check.
function insertChecks(program: Program, edits: Edits): void {
  const awaiting = findAwaiting(program);
  const insert = (statement: Node | undefined): void => {
    if (statement !== undefined && isExecuted(statement)) edits.insert(statement.start, `${hidden.check}();`);
  };
  walk(program, {
    enter: (node) => {
      const list = statementsOf(node);
      list.forEach((statement, index) => {
        const before = list[index - 1];
        // Statements that touch share an offset: an insertion there would not know whose it is.
        if (before !== undefined && awaiting.has(before) && before.end < statement.start) insert(statement);
      });
      if (isLoop(node) && awaiting.has(node) && node.body.type === "BlockStatement")
        insert(node.body.body[0]);
    },
  });
}

// Every node that awaits by itself, not in a function inside of it.
function findAwaiting(program: Program): Set<Node> {
  const awaiting = new Set<Node>();
  const path: Node[] = [];
  walk(program, {
    enter: (node) => {
      path.push(node);
      if (!isAwait(node)) return;
      for (const one of path.toReversed()) {
        if (one !== node && isFunction(one)) break;
        awaiting.add(one);
      }
    },
    leave: () => {
      path.pop();
    },
  });
  return awaiting;
}

function isAwait(node: Node): boolean {
  if (node.type === "VariableDeclaration") return node.kind === "await using";
  return node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await);
}

function statementsOf(node: Node): readonly Node[] {
  if (node.type === "Program" || node.type === "BlockStatement") return node.body;
  return node.type === "SwitchCase" ? node.consequent : [];
}

type Loop = Extract<Node, { type: `${"For" | "ForOf" | "ForIn" | "While" | "DoWhile"}Statement` }>;

function isLoop(node: Node): node is Loop {
  return /^(?:For|ForOf|ForIn|While|DoWhile)Statement$/u.test(node.type);
}

function isExecuted({ type }: Node): boolean {
  return type !== "FunctionDeclaration" && type !== "ImportDeclaration" && !type.startsWith("Export");
}
