import { collect, listRoots, openStore, planCollection } from "../../../core/index.ts";
import type { CollectionPlan, Garbage } from "../../../core/index.ts";
import { isRRef, parseDRef, parseRRef } from "../../../core/ref.ts";
import { counted, formatAgo, formatBytes, formatNumber, shorten } from "../../../magics/views/format.ts";
import { textTable } from "../../../magics/views/text-table.ts";
import { defineCommand, type Command } from "../command.ts";
import { readAge, readBytes } from "./read-amount.ts";

const maxRows = 40;
const maxMetrics = 3;

/** `lightnix gc` */
export const gc: Command = defineCommand({
  name: "gc",
  summary: "shows what no root needs, with age, size and metrics, and removes it when told to",
  more:
    "Without --delete it changes nothing. What keep keeps, what running builds use, and all that those were made from stays. Builds\n" +
    "may go on meanwhile.",
  usage: "[options]",
  words: 0,
  options: {
    "older-than": { type: "string", value: "AGE", help: "only what is older: 12h, 30d, 8w" },
    free: {
      type: "string",
      value: "SIZE",
      help: "only until so much is freed, the oldest first: 500MB, 10GB",
    },
    delete: { type: "boolean", help: "remove it" },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const plan = await planCollection(store, {
      olderThanMs: readAge("older-than", options["older-than"]),
      freeBytes: readBytes("free", options.free),
    });
    const say = (text: string): void => void process.stdout.write(`${text}\n`);
    say(planText(plan));
    if (options.delete === true) {
      const { removed, spared, freedBytes } = await collect(plan);
      const rest = spared.length === 0 ? "" : `, and left ${spared.length} that are needed by now`;
      say(`Removed ${counted(removed.length, "object")}, freed ${formatBytes(freedBytes)}${rest}`);
    } else if (plan.garbage.length + plan.leftovers.length > 0) {
      const isAll = listRoots(store).length === 0 && plan.keptCount === 0;
      const warning = isAll
        ? "\nNo root keeps anything of this store: all of it would go. lightnix keep makes roots."
        : "";
      say(`Nothing was removed: --delete does it.${warning}`);
    }
    return 0;
  },
});

function planText({ garbage, leftovers, freedBytes, keptCount }: CollectionPlan): string {
  const outcomes = garbage.filter(({ ref }) => isRRef(ref));
  const shown = outcomes.slice(0, maxRows).map(row);
  const table =
    shown.length === 0
      ? []
      : [
          textTable(
            [
              { title: "name" },
              { title: "outcome" },
              { title: "built" },
              { title: "size", align: "right" },
              { title: "metrics" },
            ],
            shown,
          ),
          "",
        ];
  const more = outcomes.length > maxRows ? [`and ${outcomes.length - maxRows} more`] : [];
  const parts = [
    counted(outcomes.length, "realization"),
    counted(garbage.length - outcomes.length, "derivation"),
    ...(leftovers.length === 0 ? [] : [counted(leftovers.length, "leftover")]),
  ];
  return [
    ...table,
    ...more,
    `${parts.join(", ")} can go: ${formatBytes(freedBytes)}. ${counted(keptCount, "object")} stay${keptCount === 1 ? "s" : ""}`,
  ].join("\n");
}

function row({ ref, name, made, sizeBytes, metrics }: Garbage): string[] {
  const hash = isRRef(ref) ? parseRRef(ref).hash : parseDRef(ref).hash;
  const numbers = Object.entries(metrics).flatMap(([key, value]) =>
    typeof value === "number" ? [`${key} ${formatNumber(value)}`] : [],
  );
  return [
    shorten(name, 40),
    hash.slice(0, 8),
    formatAgo(made, new Date()),
    formatBytes(sizeBytes),
    numbers.slice(0, maxMetrics).join(", "),
  ];
}
