/** How an evaluation ended. */
export type Outcome =
  | {
      readonly status: "ok";
      /** Whether the last statement was an expression whose value is not undefined. */
      readonly hasValue: boolean;
      /** That value itself, no copy. */
      readonly value: unknown;
    }
  /** `thrown` is whatever was thrown, a CodeSyntaxError when nothing ran, Interrupted when it was interrupted. */
  | { readonly status: "error"; readonly thrown: unknown };
