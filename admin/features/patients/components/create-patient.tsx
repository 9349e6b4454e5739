'use client';

import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Patient, PatientIdentity } from '@wardbell/contract';
import { FORBIDDEN_WRITES, viewOf } from '@wardbell/contract/views';
import { useEffect, useState } from 'react';
import { ANSWER_MS } from '../../../shared/api/api';
import { describeFailure } from '../../../shared/api/describe-failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { DeletedMeanwhile } from '../../../shared/forms/deleted-meanwhile';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { lazily } from '../../../shared/lazily';
import { useApi, useMe } from '../../../shared/session/context';
import { NEW_PATIENT } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import { EMPTY_DRAFT, type PatientDraft, refusedFields, toCreateBody, validateDraft } from '../model/draft';
import { identityOf, isSameIdentity } from '../model/identity';
import { draftOf } from '../model/typed';
import { useDuplicates } from '../queries/use-duplicates';
import { enteredIn } from './entered';
import { PatientFields } from './patient-fields';
import { PossibleDuplicates } from './possible-duplicates';

const MergePatients = lazily(async () => (await import('./merge-patients')).MergePatients);

const IDENTITY = { first_name: true, last_name: true, birth_date: true };
const draftFields = Object.keys(EMPTY_DRAFT);

/** A pause in typing. */
const DEBOUNCE_MS = 300;

/**
 * Registers a patient. Who may be that person already is shown while names are typed, and once more before the first save:
 * with them in sight, the button says that it makes another patient.
 */
export const CreatePatient = ({
  inputName = NEW_PATIENT,
  deleted = false,
  typed = '',
  choice = false,
  onClose,
  onOpen,
}: {
  /** Under which name the input is kept. */
  inputName?: string;
  /** The input is what was left of changes to a patient whom a colleague has deleted. */
  deleted?: boolean;
  /** What was searched for, and is taken over into the fields. */
  typed?: string;
  /** The patient is chosen for something else, not opened. */
  choice?: boolean;
  onClose: () => void;
  /** Opens (or chooses) the patient who was registered, or who is there already. */
  onOpen: (patient: Patient) => void;
}) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM);
  const api = useApi();
  const { role } = useMe();
  const cache = useQueryClient();
  const [merging, setMerging] = useState<Patient | null>(null);
  const keyFor = useIdempotencyKey();
  const [identity, setIdentity] = useState<PatientIdentity | null>(null);
  const [settled] = useDebouncedValue(identity, DEBOUNCE_MS);
  const duplicates = useDuplicates(settled);
  const form = useForm<PatientDraft>({
    mode: 'uncontrolled',
    initialValues: EMPTY_DRAFT,
    validate: (draft) => validateDraft(draft, words.errors),
    onValuesChange: (draft) =>
      setIdentity((before) => {
        const now = identityOf(draft);
        return isSameIdentity(before, now) ? before : now;
      }),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once; entered, not initial: leaving asks before it is lost
  useEffect(() => {
    if (typed !== '' && !form.isDirty()) form.setValues(draftOf(typed));
  }, []);
  const save = useMutation({
    mutationFn: (draft: PatientDraft) => {
      const body = toCreateBody(draft);
      return api.call('POST', '/patients', { body, idempotencyKey: keyFor(body), answerWithinMs: ANSWER_MS });
    },
    onSuccess: onOpen,
    onError: (error) => markRefused(form, error, (code, fields) => refusedFields(code, fields, words.errors)),
  });
  // the names alone are no loss: the record that is opened has them
  const hasMore = () => draftFields.some((field) => !(field in IDENTITY) && form.isDirty(field));
  // those of other names disappear with the names
  const shown = isSameIdentity(settled, identity) ? duplicates.patients : [];
  const submit = async (draft: PatientDraft) => {
    const now = identityOf(draft);
    const unseen = shown.length === 0 && now !== null && (await duplicates.find(now)).length > 0;
    // the same names again are on the screen at once: what was found is at hand
    if (unseen) setIdentity(now);
    else save.mutate(draft);
  };
  const mayMerge = !FORBIDDEN_WRITES.patient[viewOf(role)].includes('archived');
  return (
    <>
      <FormDrawer
        title={words.createTitle}
        inputName={inputName}
        covered={merging !== null}
        submitLabel={shown.length > 0 ? words.duplicates.saveAnyway : words.save}
        form={form}
        pending={save.isPending}
        failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
        onSubmit={submit}
        beside={(leave) => (
          <PossibleDuplicates
            patients={shown}
            choice={choice}
            onMerge={mayMerge ? setMerging : null}
            onOpen={(patient) => (hasMore() ? leave(() => onOpen(patient)) : onOpen(patient))}
          />
        )}
        onClose={onClose}
      >
        {deleted && (
          <DeletedMeanwhile
            title={words.deletedMeanwhile}
            entered={() => enteredIn(form.getValues(), words)}
          />
        )}
        <PatientFields form={form} mrnRequired={false} disabled={save.isPending} />
      </FormDrawer>
      {merging && (
        <MergePatients
          patient={merging}
          onClose={() => setMerging(null)}
          onMerged={() => {
            setMerging(null);
            void cache.invalidateQueries({ queryKey: ['duplicates'] });
          }}
        />
      )}
    </>
  );
};
