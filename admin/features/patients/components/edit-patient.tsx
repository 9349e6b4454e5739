'use client';

import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { useEffect, useState } from 'react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { describeFailure } from '../../../shared/api/describe-failure';
import { Colleague, collisionsOf } from '../../../shared/forms/colleague';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useMergingSave } from '../../../shared/forms/use-merging-save';
import { useApi } from '../../../shared/session/context';
import { patientInput } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import {
  type DraftField,
  EMPTY_DRAFT,
  type PatientDraft,
  refusedFields,
  splitIds,
  toDraft,
  toUpdateBody,
  validateDraft,
} from '../model/draft';
import { patientKey } from '../queries/use-patient';
import { About } from './about';
import { PatientFields } from './patient-fields';

const FIELD_WORDS = {
  first_name: 'firstName',
  last_name: 'lastName',
  birth_date: 'birthDate',
  gender: 'gender',
  phone: 'phone',
  email: 'email',
  mrn: 'mrn',
  notes: 'notes',
  restricted: 'restricted',
  restricted_to: 'restrictedTo',
} as const satisfies Record<DraftField, string>;
const FIELDS = Object.keys(EMPTY_DRAFT).filter((name): name is DraftField => name in EMPTY_DRAFT);

/** Changes a patient. What a colleague saves meanwhile appears in the form; nobody's change is overwritten unseen. */
export const EditPatient = ({ patient, onClose }: { patient: Patient; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM);
  const names = useColleagueNames();
  const [opened] = useState(patient);
  const form = useForm<PatientDraft>({
    mode: 'uncontrolled',
    initialValues: toDraft(opened),
    validate: (draft) => validateDraft(draft, words.errors, true),
  });
  const api = useApi();
  const cache = useQueryClient();
  const params = { id: opened.id };
  const { save, absorb, merged, conflicts, settle } = useMergingSave(
    {
      opened,
      fields: FIELDS,
      toDraft,
      toBody: toUpdateBody,
      load: () => api.call('GET', '/patients/:id', { params }),
      save: (body, version) => api.call('PATCH', '/patients/:id', { params, body, ifMatch: version }),
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
  useEffect(() => void absorb(patient), [patient]);

  const submit = () =>
    save.mutate(undefined, {
      onError: (error) =>
        markRefused(form, error, (code, fields) => refusedFields(code, fields, words.errors)),
    });
  return (
    <FormDrawer
      title={words.editTitle}
      about={<About patient={opened} patientId={opened.id} />}
      inputName={patientInput(opened.id)}
      submitLabel={words.saveChanges}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={submit}
      onClose={onClose}
    >
      {merged && (
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
                  : theirs,
            onTake: (field, theirs) => {
              form.setFieldValue(field, theirs);
              settle(field);
            },
          })}
        />
      )}
      <PatientFields form={form} mrnRequired disabled={save.isPending} />
    </FormDrawer>
  );
};
