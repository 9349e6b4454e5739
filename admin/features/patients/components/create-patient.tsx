'use client';

import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { describeFailure } from '../../../shared/api/describe-failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useApi } from '../../../shared/session/context';
import { NEW_PATIENT } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import { EMPTY_DRAFT, type PatientDraft, refusedFields, toCreateBody, validateDraft } from '../model/draft';
import { PatientFields } from './patient-fields';

/** Registers a patient. */
export const CreatePatient = ({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: (patient: Patient) => void;
}) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM);
  const api = useApi();
  const keyFor = useIdempotencyKey();
  const form = useForm<PatientDraft>({
    mode: 'uncontrolled',
    initialValues: EMPTY_DRAFT,
    validate: (draft) => validateDraft(draft, words.errors),
  });
  const save = useMutation({
    mutationFn: (draft: PatientDraft) => {
      const body = toCreateBody(draft);
      return api.call('POST', '/patients', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: onCreated,
    onError: (error) => markRefused(form, error, (code, fields) => refusedFields(code, fields, words.errors)),
  });
  return (
    <FormDrawer
      title={words.createTitle}
      inputName={NEW_PATIENT}
      submitLabel={words.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={save.mutate}
      onClose={onClose}
    >
      <PatientFields form={form} mrnRequired={false} disabled={save.isPending} />
    </FormDrawer>
  );
};
