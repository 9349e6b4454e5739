'use client';

import { Alert, Button, Drawer, Group } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { FORBIDDEN_WRITES, viewOf } from '@wardbell/contract/views';
import { useRef, useState } from 'react';
import { ApiError } from '../../lib/api/failure';
import { describeFailure } from '../../lib/describe-failure';
import {
  EMPTY_DRAFT,
  type PatientDraft,
  refusedFields,
  toCreateBody,
  validateDraft,
} from '../../lib/patients/draft';
import { randomId } from '../../lib/random-id';
import { useApi, useMe } from '../../lib/session/context';
import { useText } from '../../lib/text/text';
import { ConfirmDiscard } from '../confirm-discard';
import classes from './create-patient.module.css';
import { PatientFields } from './patient-fields';

/** One key for each thing that is to be saved: a repeat of the same is the same, after a change it is another. */
const useIdempotencyKey = (): ((body: unknown) => string) => {
  const last = useRef({ body: '', key: '' });
  return (body) => {
    const written = JSON.stringify(body);
    if (last.current.body !== written) last.current = { body: written, key: randomId() };
    return last.current.key;
  };
};

/** Registers a patient. Nothing that was entered is lost by a slip: leaving with unsaved input asks first. */
export const CreatePatient = ({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: (patient: Patient) => void;
}) => {
  const text = useText();
  const words = text.patientForm;
  const api = useApi();
  const { role } = useMe();
  const [leaving, setLeaving] = useState(false);
  const keyFor = useIdempotencyKey();
  const form = useForm<PatientDraft>({
    mode: 'uncontrolled',
    initialValues: EMPTY_DRAFT,
    validate: (draft) => validateDraft(draft, words.errors),
    validateInputOnBlur: false,
  });
  const save = useMutation({
    mutationFn: (draft: PatientDraft) => {
      const body = toCreateBody(draft);
      return api.call('POST', '/patients', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: onCreated,
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      const errors = refusedFields(error.code, error.fields, words.errors);
      form.setErrors(errors);
      focusFirst(Object.keys(errors)[0]);
    },
  });
  const focusFirst = (path: string | undefined) => {
    if (path !== undefined) form.getInputNode(path)?.focus();
  };
  const close = () => {
    if (save.isPending) return;
    if (form.isDirty()) setLeaving(true);
    else onClose();
  };
  const failure =
    save.error && Object.keys(form.errors).length === 0 ? describeFailure(save.error, text) : null;

  return (
    <>
      <Drawer
        opened
        onClose={close}
        closeOnEscape={!leaving}
        position="right"
        size="32rem"
        title={words.createTitle}
        closeButtonProps={{ 'aria-label': text.app.close }}
        classNames={{ content: classes.content, body: classes.body }}
      >
        <form
          noValidate
          className={classes.form}
          onSubmit={form.onSubmit(
            (draft) => save.mutate(draft),
            (errors) => focusFirst(Object.keys(errors)[0]),
          )}
        >
          <div className={classes.fields}>
            {failure && (
              <Alert
                color="red"
                variant="light"
                icon={<IconAlertCircle />}
                title={failure.title}
                role="alert"
                mb="md"
              >
                {failure.hint}
              </Alert>
            )}
            <PatientFields
              form={form}
              withNotes={!FORBIDDEN_WRITES.patient[viewOf(role)].includes('notes')}
              disabled={save.isPending}
            />
          </div>
          <Group justify="flex-end" className={classes.actions}>
            <Button variant="default" onClick={close} disabled={save.isPending}>
              {text.app.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {words.save}
            </Button>
          </Group>
        </form>
      </Drawer>
      {leaving && (
        <ConfirmDiscard words={words.discard} onKeep={() => setLeaving(false)} onDiscard={onClose} />
      )}
    </>
  );
};
