import { inspect } from "node:util";
import { CommError } from "../errors.ts";
import type { Fields, Wire } from "./model.ts";

/** Children go by their ids. */
export const childrenById: Wire = {
  toPage: ({ children }) =>
    children === undefined
      ? {}
      : {
          children: (children as readonly { readonly id: string }[]).map(({ id }) => `IPY_MODEL_${id}`),
        },
  // A page moves no children.
  fromPage: () => ({}),
};

/** `kind` goes by the name that it has for a class. */
export function renamed(name: string): Wire {
  const rename = (from: string, to: string, { [from]: kind, ...others }: Fields): Fields => ({
    ...others,
    ...(kind !== undefined && { [to]: kind }),
  });
  return {
    toPage: (changes) => rename("kind", name, changes),
    fromPage: (changes) => rename(name, "kind", changes),
  };
}

/** As {@link childrenById}, and which of them is open. */
export const pagesByIndex: Wire = {
  toPage: ({ selected, ...changes }, all) => ({
    ...("children" in changes ? { ...changes, ...childrenById.toPage(changes, all) } : changes),
    ...(selected !== undefined && { selected_index: selected }),
  }),
  fromPage: ({ selected_index }) => (selected_index === undefined ? {} : { selected: selected_index }),
};

/** The page has the labels of what can be chosen, and which of them is. */
export const choiceByIndex: Wire = {
  toPage: (changes, all) => {
    const { options, value, ...others } = changes;
    if (options === undefined && value === undefined) return others;
    const choices = all["options"] as readonly unknown[];
    const index = choices.indexOf(all["value"]);
    if (index < 0 && choices.length > 0) throw noChoice(all["value"], choices);
    return {
      ...others,
      ...(options !== undefined && { _options_labels: choices.map(String) }),
      index: index < 0 ? null : index,
    };
  },
  fromPage: ({ index, ...others }, all) => ({
    ...others,
    ...(typeof index === "number" && { value: (all["options"] as readonly unknown[])[index] }),
  }),
};

function noChoice(value: unknown, choices: readonly unknown[]): CommError {
  return new CommError("no-choice", `Cannot choose ${inspect(value)}: the options are ${inspect(choices)}`);
}
