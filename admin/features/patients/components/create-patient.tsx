'use client';

import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { describeFailure } from '../../../shared/api/describe-failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { DeletedMeanwhile } from '../../../shared/forms/deleted-meanwhile';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useApi } from '../../../shared/session/context';
import { NEW_PATIENT } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import { EMPTY_DRAFT, type PatientDraft, refusedFields, toCreateBody, validateDraft } from '../model/draft';
import { enteredIn } from './entered';
import { PatientFields } from './patient-fields';

/** Registers a patient. */
export const CreatePatient = ({
  inputName = NEW_PATIENT,
  deleted = false,
  onClose,
  onCreated,
}: {
  /** Under which name the input is kept. */
  inputName?: string;
  /** The input is what was left of changes to a patient whom a colleague has deleted. */
  deleted?: boolean;
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
      inputName={inputName}
      submitLabel={words.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={save.mutate}
      onClose={onClose}
    >
      {deleted && (
        <DeletedMeanwhile title={words.deletedMeanwhile} entered={() => enteredIn(form.getValues(), words)} />
      )}
      <PatientFields form={form} mrnRequired={false} disabled={save.isPending} />
    </FormDrawer>
  );
};
