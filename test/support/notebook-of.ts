/** A notebook in nbformat 4.4 with these cells of code, none of which has run. The first cell may have tags, the notebook metadata. */
export function notebookOf(
  sources: readonly string[],
  { tags, metadata = {} }: { readonly tags?: readonly string[]; readonly metadata?: object } = {},
): object {
  const cells = sources.map((source, index) => ({
    cell_type: "code",
    execution_count: null,
    metadata: tags !== undefined && index === 0 ? { tags } : {},
    outputs: [],
    source,
  }));
  return { cells, metadata, nbformat: 4, nbformat_minor: 4 };
}
