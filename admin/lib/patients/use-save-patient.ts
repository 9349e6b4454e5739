import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { useRef, useState } from 'react';
import { hasCode } from '../api/failure';
import { useApi } from '../session/context';
import { type DraftField, type PatientDraft, toDraft, toUpdateBody } from './draft';
import { mergeDrafts } from './merge';
import { patientKey } from './use-patient';

/** Saves that are tried again because a colleague was faster, before a person is asked to. */
const MAX_ROUNDS = 3;

/** A field that a colleague and we changed differently, with what the colleague made of it. */
export type Conflicts = Partial<Record<DraftField, PatientDraft[DraftField]>>;

/** The form, as far as merging needs it. */
export interface DraftForm {
  getValues(): PatientDraft;
  /** Takes over fields that only the colleague changed. */
  adopt(draft: PatientDraft): void;
}

/**
 * Saves a patient against the version that the form began with. When somebody else has saved meanwhile (412),
 * what both did is brought together; only where they collide a person has to look, once.
 */
export const useSavePatient = (opened: Patient, form: DraftForm, onSaved: (patient: Patient) => void) => {
  const api = useApi();
  const cache = useQueryClient();
  const base = useRef({ draft: toDraft(opened), version: opened.version });
  /** Something collided after the person pressed save: by our own refused write or by the stream, which may be faster. */
  const unseen = useRef(false);
  const [conflicts, setConflicts] = useState<Conflicts>({});
  const [merged, setMerged] = useState(false);

  /** Makes a newer version the ground of this form. */
  const absorb = (theirs: Patient): void => {
    if (theirs.version <= base.current.version) return;
    const theirDraft = toDraft(theirs);
    const merge = mergeDrafts(base.current.draft, form.getValues(), theirDraft);
    base.current = { draft: theirDraft, version: theirs.version };
    if (merge.taken.length > 0) form.adopt(merge.draft);
    const collided = Object.fromEntries(merge.conflicts.map((field) => [field, theirDraft[field]]));
    setConflicts((known) => ({ ...known, ...collided }));
    if (merge.taken.length + merge.conflicts.length > 0) setMerged(true);
    if (merge.conflicts.length > 0) unseen.current = true;
  };

  const save = useMutation({
    /** Answers null when a person has to look at what a colleague changed. */
    mutationFn: async (): Promise<Patient | null> => {
      const params = { id: opened.id };
      unseen.current = false;
      for (let round = 1; ; round++) {
        const { draft, version } = base.current;
        const body = toUpdateBody(draft, form.getValues());
        if (Object.keys(body).length === 0)
          return cache.getQueryData<Patient>(patientKey(opened.id)) ?? opened;
        try {
          return await api.call('PATCH', '/patients/:id', { params, body, ifMatch: version });
        } catch (error) {
          if (!hasCode(error, 'version_mismatch') || round === MAX_ROUNDS) throw error;
          absorb(await api.call('GET', '/patients/:id', { params }));
          if (unseen.current) return null;
        }
      }
    },
    onSuccess: (patient) => {
      if (patient === null) return;
      cache.setQueryData<Patient>(patientKey(patient.id), (held) =>
        held && held.version > patient.version ? held : patient,
      );
      onSaved(patient);
    },
  });

  return {
    save,
    absorb,
    /** A colleague's changes have come in while the form was open. */
    merged,
    conflicts,
    settle: (field: DraftField) => setConflicts(({ [field]: _, ...rest }) => rest),
  };
};
