'use client';

import { Button, Stack } from '@mantine/core';
import { Password } from '@wardbell/contract/user';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Described } from '../../shared/api/describe-failure';
import { hasCode } from '../../shared/api/failure';
import { FailureAlert } from '../../shared/components/failure-alert';
import { PasswordField } from '../../shared/components/password-field';
import { FACTORS } from '../../shared/factors/messages';
import { useFactorFailure } from '../../shared/factors/use-factor-failure';
import { useRoomText } from '../../shared/text/text';
import classes from './frame.module.css';
import { SIGN_IN } from './messages';

const ENDED = ['invalid_change_token', 'invalid_invitation'];

/** Takes an own password: in the place of one that an administrator chose, or by the link of an invitation. */
export const ChoosePassword = ({
  title,
  lead,
  email,
  save,
  onChosen,
  onExpired,
}: {
  title: string;
  lead: string;
  /** For the password manager of the browser. */
  email: string | undefined;
  save: (password: string) => Promise<unknown>;
  onChosen: (password: string) => Promise<void>;
  /** The token that allowed it is no longer good. */
  onExpired: (failure: Described) => void;
}) => {
  const words = useRoomText(SIGN_IN).change;
  const fieldWords = useRoomText(FACTORS).newPassword;
  const describe = useFactorFailure();
  const [busy, setBusy] = useState(false);
  const [fieldError, setFieldError] = useState<string | null>(null);
  const [failure, setFailure] = useState<Described | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const password = field.current?.value ?? '';
    const isLengthRight = Password.safeParse(password).success;
    setFieldError(isLengthRight ? null : fieldWords.length);
    if (!isLengthRight) return field.current?.focus();
    setBusy(true);
    setFailure(null);
    try {
      await save(password);
    } catch (error) {
      setBusy(false);
      if (ENDED.some((code) => hasCode(error, code))) onExpired(describe(error));
      else if (hasCode(error, 'weak_password')) setFieldError(fieldWords.weak);
      else setFailure(describe(error));
      return field.current?.focus();
    }
    await onChosen(password);
  };

  return (
    <>
      <h1 className={classes.title}>{title}</h1>
      <p className={classes.lead}>{lead}</p>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FailureAlert failure={failure} />
          <input type="hidden" name="email" autoComplete="username" value={email ?? ''} readOnly />
          <PasswordField
            ref={field}
            label={fieldWords.label}
            description={fieldWords.hint}
            autoComplete="new-password"
            size="md"
            error={fieldError}
          />
          <Button type="submit" size="md" loading={busy} fullWidth>
            {words.submit}
          </Button>
        </Stack>
      </form>
    </>
  );
};
