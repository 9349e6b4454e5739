import { type DraftField, EMPTY_DRAFT, type PatientDraft } from './draft';

const FIELDS = Object.keys(EMPTY_DRAFT).filter((name): name is DraftField => name in EMPTY_DRAFT);

export interface Merge {
  /** What the form should hold now: theirs where only they changed something, ours everywhere else. */
  readonly draft: PatientDraft;
  /** Fields that they changed and we did not. */
  readonly taken: readonly DraftField[];
  /** Fields that both changed, differently: a person must choose. */
  readonly conflicts: readonly DraftField[];
}

/** Brings together what two people made of the same patient: `base` is what both began with. */
export const mergeDrafts = (base: PatientDraft, mine: PatientDraft, theirs: PatientDraft): Merge => {
  const theirsChanged = FIELDS.filter(
    (field) => theirs[field] !== base[field] && theirs[field] !== mine[field],
  );
  const taken = theirsChanged.filter((field) => mine[field] === base[field]);
  const conflicts = theirsChanged.filter((field) => mine[field] !== base[field]);
  const adopted = Object.fromEntries(taken.map((field) => [field, theirs[field]]));
  return { draft: { ...mine, ...adopted }, taken, conflicts };
};
