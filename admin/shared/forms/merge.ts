export interface Merge<D> {
  /** What the form should hold now: theirs where only they changed something, ours everywhere else. */
  readonly draft: D;
  /** Fields that they changed and we did not. */
  readonly taken: readonly (keyof D & string)[];
  /** Fields that both changed, differently: a person must choose. */
  readonly conflicts: readonly (keyof D & string)[];
}

/** Brings together what two people made of the same object: `base` is what both began with. */
export const mergeDrafts = <D extends object>(
  fields: readonly (keyof D & string)[],
  { base, mine, theirs }: { readonly base: D; readonly mine: D; readonly theirs: D },
): Merge<D> => {
  const theirsChanged = fields.filter(
    (field) => theirs[field] !== base[field] && theirs[field] !== mine[field],
  );
  const taken = theirsChanged.filter((field) => mine[field] === base[field]);
  const conflicts = theirsChanged.filter((field) => mine[field] !== base[field]);
  const draft = { ...mine };
  for (const field of taken) draft[field] = theirs[field];
  return { draft, taken, conflicts };
};
