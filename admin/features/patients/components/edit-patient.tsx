'use client';

import { Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { useEffect, useState } from 'react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { Colleague, collisionsOf } from '../../../shared/forms/colleague';
import { DeletedMeanwhile } from '../../../shared/forms/deleted-meanwhile';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { FORMS } from '../../../shared/forms/messages';
import { useMergingSave } from '../../../shared/forms/use-merging-save';
import { WhoElse } from '../../../shared/presence/who-else';
import { useApi } from '../../../shared/session/context';
import { patientInput } from '../../../shared/session/input-names';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import {
  type PatientDraft,
  refusedFields,
  splitIds,
  toCreateBody,
  toDraft,
  toUpdateBody,
  validateDraft,
} from '../model/draft';
import { patientKey } from '../queries/use-patient';
import { About } from './about';
import { enteredIn, FIELD_WORDS, FIELDS } from './entered';
import { PatientFields } from './patient-fields';

/** Another restriction rewrites the log, for which the server takes up to 15 s. */
const SAVE_MS = 20_000;

/** Changes a patient. What a colleague saves meanwhile appears in the form; nobody's change is overwritten unseen. */
export const EditPatient = ({
  patient,
  gone,
  mergedInto,
  onClose,
  onCreated,
}: {
  patient: Patient;
  /** A colleague has deleted the patient: what was entered can be saved as a new one. */
  gone: boolean;
  /** A colleague has merged the patient into this one: nothing can be saved, and saved as new it would be there twice again. */
  mergedInto: string | undefined;
  /** Leads to the one that stays, if the patient was merged. */
  onClose: () => void;
  onCreated: (patient: Patient) => void;
}) => {
  const text = useText();
  const formats = useFormats();
  const words = useRoomText(PATIENT_FORM);
  const forms = useRoomText(FORMS).deleted;
  const names = useColleagueNames();
  const [opened] = useState(patient);
  const form = useForm<PatientDraft>({
    mode: 'uncontrolled',
    initialValues: toDraft(opened),
    validate: (draft) => validateDraft(draft, words.errors, !gone),
  });
  const api = useApi();
  const cache = useQueryClient();
  const params = { id: opened.id };
  const { save, rebase, merged, conflicts, settle } = useMergingSave(
    {
      opened,
      fields: FIELDS,
      toDraft,
      toBody: toUpdateBody,
      load: () => api.call('GET', '/patients/:id', { params }),
      save: (body, version) =>
        api.call('PATCH', '/patients/:id', { params, body, ifMatch: version, answerWithinMs: SAVE_MS }),
      held: () => cache.getQueryData<Patient>(patientKey(opened.id)) ?? opened,
      onSaved: (saved) => {
        cache.setQueryData<Patient>(patientKey(saved.id), (held) =>
          held && held.version > saved.version ? held : saved,
        );
        onClose();
      },
    },
    { getValues: form.getValues, adopt: (draft) => form.setValues(draft) },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version, not a new function, is the event
  useEffect(() => void rebase(patient), [patient]);

  const onError = (error: Error) =>
    markRefused(form, error, (code, fields) => refusedFields(code, fields, words.errors));
  const keyFor = useIdempotencyKey();
  const saveAsNew = useMutation({
    mutationFn: (draft: PatientDraft) => {
      // The deleted patient may come back, with its MRN.
      const body = toCreateBody({ ...draft, mrn: draft.mrn === opened.mrn ? '' : draft.mrn });
      return api.call('POST', '/patients', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: onCreated,
    onError,
  });
  const retired = mergedInto !== undefined || hasCode(save.error, 'patient_merged');
  const deleted = !retired && (gone || hasCode(save.error, 'not_found'));
  const submit = (draft: PatientDraft) => {
    if (retired) return;
    if (deleted) saveAsNew.mutate(draft);
    else save.mutate(undefined, { onError });
  };
  const pending = save.isPending || saveAsNew.isPending;
  return (
    <FormDrawer
      title={words.editTitle}
      about={<About patient={opened} patientId={opened.id} />}
      inputName={patientInput(opened.id)}
      submitLabel={deleted ? forms.saveAsNew : words.saveChanges}
      form={form}
      pending={pending}
      blocked={retired}
      failure={
        retired
          ? null
          : failureBeside(form, deleted ? saveAsNew.error : save.error, (error) =>
              describeFailure(error, text),
            )
      }
      beside={(leave) =>
        mergedInto !== undefined && (
          <Button
            variant="subtle"
            size="compact-md"
            mb="xs"
            disabled={pending}
            onClick={() => leave(onClose)}
          >
            {words.mergedMeanwhile.open}
          </Button>
        )
      }
      onSubmit={submit}
      onClose={onClose}
    >
      {deleted && (
        <DeletedMeanwhile title={words.deletedMeanwhile} entered={() => enteredIn(form.getValues(), words)} />
      )}
      {retired && (
        <DeletedMeanwhile
          title={words.mergedMeanwhile.title}
          hint={words.mergedMeanwhile.hint}
          entered={() => enteredIn(form.getValues(), words)}
        />
      )}
      {!deleted && !retired && <WhoElse kind="patient" id={opened.id} activity="editing" />}
      {!deleted && !retired && merged && (
        <Colleague
          title={words.merged}
          collisions={collisionsOf<PatientDraft>({
            fields: FIELDS,
            conflicts,
            labelOf: (field) => words[FIELD_WORDS[field]],
            shown: (field, theirs) =>
              field === 'restricted'
                ? words[theirs === '' ? 'notRestricted' : 'isRestricted']
                : field === 'restricted_to'
                  ? splitIds(theirs)
                      .map((id) => names.get(id) ?? id)
                      .join(', ')
                  : field === 'birth_date' && theirs !== ''
                    ? formats.date(theirs)
                    : theirs,
            onTake: (field, theirs) => {
              form.setFieldValue(field, theirs);
              settle(field);
            },
          })}
        />
      )}
      <PatientFields form={form} mrnRequired={!deleted} disabled={pending} />
    </FormDrawer>
  );
};
