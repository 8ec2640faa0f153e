import type { Finding, Repaired } from "../../core/index.ts";
import { nameOf, shortHash } from "../../core/ref.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted } from "./format.ts";
import { html } from "./html.ts";
import { headerHtml } from "./realization.ts";
import type { Badge } from "./realization.ts";
import { tableView } from "./table.ts";
import type { TableCell } from "./table.ts";

/** What the view of a verification shows. */
export interface VerificationFacts {
  /** The store's folder. */
  readonly root: string;
  /** How many objects were read, of how many as far as that is known. */
  readonly done: number;
  readonly total: number | undefined;
  readonly findings: readonly Finding[];
  /** What was put right, where that was asked for. */
  readonly repaired?: Repaired;
  readonly isOver?: boolean;
}

const maxRows = 40;
const columns = [{ title: "object" }, { title: "problem" }, { title: "what is wrong" }];

/** What is wrong in a store, one row each, and what became of it. */
export function verificationView(facts: VerificationFacts): MimeBundle {
  const { root, findings, repaired } = facts;
  const shown = findings.slice(0, maxRows);
  const table = shown.length === 0 ? undefined : tableView(columns, shown.map(row));
  const lines = [
    ...(findings.length > maxRows ? [`and ${findings.length - maxRows} more`] : []),
    ...(repaired === undefined ? [] : repairedLines(repaired, root)),
    ...(findings.length > 0 && facts.isOver === true && repaired === undefined
      ? ["--repair puts right what can be"]
      : []),
  ];
  const sum = sumText(facts);
  const badge = badgeOf(facts);
  return bundle({
    html: html`${headerHtml({ name: "Store", address: root, hash: root, badge })}
      <p class="l-facts">${sum}</p>
      ${table?.html} ${lines.map((line) => html`<p class="l-facts">${line}</p>`)}`,
    text: [sum, ...(table === undefined ? [] : ["", table.text, ""]), ...lines].join("\n").trimEnd(),
  });
}

function sumText({ done, total, findings, isOver = false }: VerificationFacts): string {
  const read = done === total ? counted(done, "object") : `${done} of ${counted(total ?? 0, "object")}`;
  const wrong =
    findings.length > 0
      ? `${counted(findings.length, "thing")} wrong`
      : isOver
        ? "all well"
        : "all well so far";
  return `${read}, ${wrong}`;
}

function badgeOf({ findings, repaired, isOver = false, done, total }: VerificationFacts): Badge | undefined {
  if (!isOver) return { text: "reading", tone: "acc" };
  if (done !== total) return { text: "stopped", tone: "warn" };
  if (findings.length === 0) return { text: "all well", tone: "good" };
  return repaired === undefined ? { text: "damaged", tone: "bad" } : { text: "repaired", tone: "warn" };
}

function repairedLines({ restored, dropped, danglingRoots }: Repaired, root: string): string[] {
  const aside = dropped.length === 0 ? "" : `, ${counted(dropped.length, "object")} put aside in ${root}/tmp`;
  return [
    `${counted(restored.length, "thing")} put right${aside}`,
    ...dropped.map((ref) => `put aside: ${ref}`),
    ...danglingRoots.map((name) => `leads to nothing: the root ${name}`),
  ];
}

function row({ ref, problem, message }: Finding): TableCell[] {
  if (ref === undefined) return ["", problem.replaceAll("-", " "), message];
  const [name, hash] = [nameOf(ref), shortHash(ref)];
  return [
    { text: `${name} ${hash}`, html: html`${name} <code class="l-hash" title="${ref}">${hash}</code>` },
    problem.replaceAll("-", " "),
    message.replace(`${ref}: `, ""),
  ];
}
