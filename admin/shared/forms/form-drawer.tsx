'use client';

import { Button, Drawer, Group } from '@mantine/core';
import type { FormErrors, UseFormReturnType } from '@mantine/form';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Described } from '../api/describe-failure';
import { ApiError, type FieldError } from '../api/failure';
import { FailureAlert } from '../components/failure-alert';
import { offerInput, takeInput } from '../session/kept-input';
import { useRoomText, useText } from '../text/text';
import { ConfirmDiscard } from './confirm-discard';
import classes from './form-drawer.module.css';
import { FORMS } from './messages';

/** Puts the cursor into this field, if it is in the form. */
export const focusField = <Values,>(form: UseFormReturnType<Values>, path: string | undefined): void => {
  if (path !== undefined) form.getInputNode(path)?.focus();
};

/** Brings the cursor to the topmost field that is wrong; errors come in the order of a schema. */
const focusTopmost = <Values,>(form: UseFormReturnType<Values>, errors: FormErrors): void => {
  const [topmost] = Object.keys(errors)
    .flatMap((path) => form.getInputNode(path) ?? [])
    .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  topmost?.focus();
};

/** Marks the fields that the server refused, with the cursor in the first of them. */
export const markRefused = <Values,>(
  form: UseFormReturnType<Values>,
  error: Error,
  refusedFields: (code: string, fields: readonly FieldError[]) => FormErrors,
): void => {
  if (!(error instanceof ApiError)) return;
  const errors = refusedFields(error.code, error.fields);
  form.setErrors(errors);
  focusTopmost(form, errors);
};

/** Why a save failed; nothing while the fields say it themselves. */
export const failureBeside = <Values,>(
  form: UseFormReturnType<Values>,
  error: Error | null,
  describe: (error: Error) => Described,
): Described | null => (error && Object.keys(form.errors).length === 0 ? describe(error) : null);

/** Keeps what was entered over a lock of the screen: only the fields that differ, as the object may have changed since. */
const useKeptInput = <Values extends object>(
  name: string | undefined,
  form: UseFormReturnType<Values>,
  fields: readonly (keyof Values & string)[] | undefined,
): void => {
  const kept = useRef(fields);
  const latest = useRef(form);
  latest.current = form;
  useEffect(() => {
    if (name === undefined) return;
    const input = takeInput(name);
    // the values are this form's own: of the same name and the same person
    if (input) latest.current.setValues(input as Partial<Values>);
    return offerInput(name, () => {
      const { getValues, isDirty } = latest.current;
      const changed = Object.entries(getValues()).filter(
        ([field]) => isDirty(field) && (kept.current?.some((name) => name === field) ?? true),
      );
      return changed.length === 0 ? undefined : Object.fromEntries(changed);
    });
  }, [name]);
};

/** A form in a drawer. Nothing that was entered is lost by a slip: leaving with changes asks first. */
export const FormDrawer = <Values extends object>({
  title,
  about,
  inputName,
  keptFields,
  submitLabel,
  form,
  pending,
  blocked = false,
  covered = false,
  failure,
  children,
  beside,
  onSubmit,
  onClose,
}: {
  title: string;
  /** Whom or what the form is about; said again before its input is thrown away. */
  about?: ReactNode;
  /** Under which name a lock of the screen keeps the input; whoever opens the drawer asks `hasInput`. Absent: it does not. */
  inputName?: string;
  /** The fields that are kept; absent: all. Passwords and secrets are in no form's. */
  keptFields?: readonly (keyof Values & string)[];
  submitLabel: string;
  form: UseFormReturnType<Values>;
  pending: boolean;
  /** It cannot be saved; the form says why. */
  blocked?: boolean;
  /** Another form stands on top of it, to which the Escape key belongs. */
  covered?: boolean;
  failure: Described | null;
  children: ReactNode;
  /** What stands above the buttons, always in sight. It leaves the form by `leave`, which asks first as closing does. */
  beside?: (leave: (then: () => void) => void) => ReactNode;
  onSubmit: (values: Values) => void;
  onClose: () => void;
}) => {
  const text = useText();
  const { discard } = useRoomText(FORMS);
  const [leaving, setLeaving] = useState<(() => void) | null>(null);
  useKeptInput(inputName, form, keptFields);
  // While it is being saved a field is disabled and cannot take the cursor.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    if (!pending && document.activeElement === document.body) focusTopmost(form, form.errors);
  }, [pending]);
  const leave = (then: () => void) => {
    if (pending) return;
    if (form.isDirty()) setLeaving(() => then);
    else then();
  };
  const close = () => leave(onClose);
  return (
    <>
      <Drawer
        opened
        onClose={close}
        closeOnEscape={leaving === null && !covered}
        position="right"
        size="32rem"
        title={title}
        closeButtonProps={{ 'aria-label': text.app.close }}
        classNames={{ content: classes.content, body: classes.body }}
      >
        <form
          noValidate
          className={classes.form}
          onSubmit={form.onSubmit(onSubmit, (errors) => focusTopmost(form, errors))}
        >
          <div className={classes.fields}>
            {about}
            <FailureAlert failure={failure} mb="md" />
            {children}
          </div>
          <div className={classes.actions}>
            {beside?.(leave)}
            <Group justify="flex-end">
              <Button variant="default" onClick={close} disabled={pending}>
                {text.app.cancel}
              </Button>
              <Button type="submit" loading={pending} disabled={blocked}>
                {submitLabel}
              </Button>
            </Group>
          </div>
        </form>
      </Drawer>
      {leaving !== null && (
        <ConfirmDiscard words={discard} about={about} onKeep={() => setLeaving(null)} onDiscard={leaving} />
      )}
    </>
  );
};
