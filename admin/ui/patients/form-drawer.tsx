'use client';

import { Alert, Button, Drawer, Group } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconAlertCircle } from '@tabler/icons-react';
import { FORBIDDEN_WRITES, viewOf } from '@wardbell/contract/views';
import { type ReactNode, useState } from 'react';
import type { Described } from '../../lib/describe-failure';
import type { PatientDraft } from '../../lib/patients/draft';
import { useMe } from '../../lib/session/context';
import { useText } from '../../lib/text/text';
import { ConfirmDiscard } from '../confirm-discard';
import classes from './form-drawer.module.css';
import { PatientFields } from './patient-fields';

/** Puts the cursor into the first field of these that is in the form. */
export const focusField = (form: UseFormReturnType<PatientDraft>, path: string | undefined): void => {
  if (path !== undefined) form.getInputNode(path)?.focus();
};

/** A patient's form in a drawer. Nothing that was entered is lost by a slip: leaving with changes asks first. */
export const FormDrawer = ({
  title,
  submitLabel,
  form,
  pending,
  failure,
  above,
  mrnRequired = false,
  onSubmit,
  onClose,
}: {
  title: string;
  submitLabel: string;
  form: UseFormReturnType<PatientDraft>;
  pending: boolean;
  failure: Described | null;
  /** Stands above the fields. */
  above?: ReactNode;
  /** A patient who is there has an MRN; a new one can be given one. */
  mrnRequired?: boolean;
  onSubmit: (draft: PatientDraft) => void;
  onClose: () => void;
}) => {
  const text = useText();
  const { role } = useMe();
  const [leaving, setLeaving] = useState(false);
  const close = () => {
    if (pending) return;
    if (form.isDirty()) setLeaving(true);
    else onClose();
  };
  return (
    <>
      <Drawer
        opened
        onClose={close}
        closeOnEscape={!leaving}
        position="right"
        size="32rem"
        title={title}
        closeButtonProps={{ 'aria-label': text.app.close }}
        classNames={{ content: classes.content, body: classes.body }}
      >
        <form
          noValidate
          className={classes.form}
          onSubmit={form.onSubmit(onSubmit, (errors) => focusField(form, Object.keys(errors)[0]))}
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
            {above}
            <PatientFields
              form={form}
              withNotes={!FORBIDDEN_WRITES.patient[viewOf(role)].includes('notes')}
              mrnRequired={mrnRequired}
              disabled={pending}
            />
          </div>
          <Group justify="flex-end" className={classes.actions}>
            <Button variant="default" onClick={close} disabled={pending}>
              {text.app.cancel}
            </Button>
            <Button type="submit" loading={pending}>
              {submitLabel}
            </Button>
          </Group>
        </form>
      </Drawer>
      {leaving && (
        <ConfirmDiscard
          words={text.patientForm.discard}
          onKeep={() => setLeaving(false)}
          onDiscard={onClose}
        />
      )}
    </>
  );
};
