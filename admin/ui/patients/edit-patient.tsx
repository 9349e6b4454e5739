'use client';

import { Alert, Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconUsers } from '@tabler/icons-react';
import type { Patient } from '@wardbell/contract';
import { useEffect, useState } from 'react';
import { ApiError } from '../../lib/api/failure';
import { describeFailure } from '../../lib/describe-failure';
import {
  type DraftField,
  EMPTY_DRAFT,
  type PatientDraft,
  refusedFields,
  toDraft,
  validateDraft,
} from '../../lib/patients/draft';
import { type Conflicts, useSavePatient } from '../../lib/patients/use-save-patient';
import { useText } from '../../lib/text/text';
import { FormDrawer, focusField } from '../form-drawer';
import classes from './edit-patient.module.css';
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
} as const satisfies Record<DraftField, string>;
const isField = (name: string): name is DraftField => name in EMPTY_DRAFT;

/** What a colleague saved while this form was open, and the choice where both changed the same. */
const Colleague = ({ conflicts, onTake }: { conflicts: Conflicts; onTake: (field: DraftField) => void }) => {
  const text = useText();
  const words = text.patient.merge;
  const fields = Object.keys(conflicts).filter(isField);
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<IconUsers />}
      title={words.title}
      classNames={{ title: classes.title }}
      role="status"
      mb="md"
    >
      {fields.length === 0 ? words.taken : words.collided}
      {fields.map((field) => (
        <div key={field} className={classes.conflict}>
          <span>
            {text.patientForm[FIELD_WORDS[field]]}: <strong>{conflicts[field] || text.app.none}</strong>
          </span>
          <Button size="compact-sm" variant="default" onClick={() => onTake(field)}>
            {words.take}
          </Button>
        </div>
      ))}
    </Alert>
  );
};

/** Changes a patient. What a colleague saves meanwhile appears in the form; nobody's change is overwritten unseen. */
export const EditPatient = ({ patient, onClose }: { patient: Patient; onClose: () => void }) => {
  const text = useText();
  const words = text.patientForm;
  const [opened] = useState(patient);
  const form = useForm<PatientDraft>({
    mode: 'uncontrolled',
    initialValues: toDraft(opened),
    validate: (draft) => validateDraft(draft, words.errors, true),
  });
  const { save, absorb, merged, conflicts, settle } = useSavePatient(
    opened,
    { getValues: form.getValues, adopt: (draft) => form.setValues(draft) },
    onClose,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version, not a new function, is the event
  useEffect(() => void absorb(patient), [patient]);

  const submit = () =>
    save.mutate(undefined, {
      onError: (error) => {
        if (!(error instanceof ApiError)) return;
        const errors = refusedFields(error.code, error.fields, words.errors);
        form.setErrors(errors);
        focusField(form, Object.keys(errors)[0]);
      },
    });
  const atFields = Object.keys(form.errors).length > 0;
  return (
    <FormDrawer
      title={words.editTitle}
      submitLabel={words.saveChanges}
      form={form}
      pending={save.isPending}
      failure={save.error && !atFields ? describeFailure(save.error, text) : null}
      onSubmit={submit}
      onClose={onClose}
    >
      {merged && (
        <Colleague
          conflicts={conflicts}
          onTake={(field) => {
            const theirs = conflicts[field];
            if (theirs !== undefined) form.setFieldValue(field, theirs);
            settle(field);
          }}
        />
      )}
      <PatientFields form={form} mrnRequired disabled={save.isPending} />
    </FormDrawer>
  );
};
