import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { hasCode } from '../api/failure';
import { mergeDrafts } from './merge';

/** Saves that are tried again because a colleague was faster, before a person is asked to. */
const MAX_ROUNDS = 3;

/** A field that a colleague and we changed differently, with what the colleague made of it. */
export type Conflicts<D> = { readonly [Field in keyof D]?: D[Field] };

/** The form, as far as merging needs it. */
export interface DraftForm<D> {
  getValues(): D;
  /** Takes over fields that only the colleague changed. */
  adopt(draft: D): void;
}

/** What is being edited: how it becomes a draft, and how it is loaded and saved. */
export interface Mergeable<Row extends { readonly version: number }, D, B extends object> {
  /** As it was when the form was opened. */
  readonly opened: Row;
  readonly fields: readonly (keyof D & string)[];
  readonly toDraft: (row: Row) => D;
  /** What differs from `base`; nothing when the object is empty. */
  readonly toBody: (base: D, draft: D) => B;
  readonly load: () => Promise<Row>;
  /** Saves against a version; rejects with 412 `version_mismatch` when there is a newer one. */
  readonly save: (body: B, version: number) => Promise<Row>;
  /** The newest that is known, for a save that changes nothing. */
  readonly held: () => Row;
  readonly onSaved: (row: Row) => void;
}

/**
 * Saves an object against the version that the form began with. When somebody else has saved meanwhile (412),
 * what both did is brought together; only where they collide a person has to look, once.
 */
export const useMergingSave = <Row extends { readonly version: number }, D extends object, B extends object>(
  object: Mergeable<Row, D, B>,
  form: DraftForm<D>,
) => {
  const { opened, fields, toDraft, toBody } = object;
  const base = useRef({ draft: toDraft(opened), version: opened.version });
  /** Something collided after the person pressed save: by our own refused write or by the stream, which may be faster. */
  const hasUnreviewedConflict = useRef(false);
  const [conflicts, setConflicts] = useState<Conflicts<D>>({});
  const [merged, setMerged] = useState(false);

  /** Merges a newer version into the form and makes it the base. */
  const rebase = (newer: Row): void => {
    if (newer.version <= base.current.version) return;
    const theirs = toDraft(newer);
    const merge = mergeDrafts(fields, { base: base.current.draft, mine: form.getValues(), theirs });
    base.current = { draft: theirs, version: newer.version };
    if (merge.taken.length > 0) form.adopt(merge.draft);
    const collided: { [Field in keyof D]?: D[Field] } = {};
    for (const field of merge.conflicts) collided[field] = theirs[field];
    setConflicts((known) => ({ ...known, ...collided }));
    if (merge.taken.length + merge.conflicts.length > 0) setMerged(true);
    if (merge.conflicts.length > 0) hasUnreviewedConflict.current = true;
  };

  const save = useMutation({
    /** Answers null when a person has to look at what a colleague changed. */
    mutationFn: async (): Promise<Row | null> => {
      hasUnreviewedConflict.current = false;
      for (let round = 1; ; round++) {
        const { draft, version } = base.current;
        const body = toBody(draft, form.getValues());
        if (Object.keys(body).length === 0) return object.held();
        try {
          return await object.save(body, version);
        } catch (error) {
          if (!hasCode(error, 'version_mismatch') || round === MAX_ROUNDS) throw error;
          rebase(await object.load());
          if (hasUnreviewedConflict.current) return null;
        }
      }
    },
    onSuccess: (row) => {
      if (row !== null) object.onSaved(row);
    },
  });

  return {
    save,
    rebase,
    /** A colleague's changes have come in while the form was open. */
    merged,
    conflicts,
    settle: (settled: keyof D & string) =>
      setConflicts((known) => {
        const rest = { ...known };
        delete rest[settled];
        return rest;
      }),
  };
};
