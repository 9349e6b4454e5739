'use client';

import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconAlertCircle, IconInfoCircle } from '@tabler/icons-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type Described, describeFailure } from '../../shared/api/describe-failure';
import { ApiError } from '../../shared/api/failure';
import { useTitle } from '../../shared/room/use-title';
import { useSession } from '../../shared/session/context';
import type { SignedOutReason } from '../../shared/session/session';
import { createFormats } from '../../shared/text/formats';
import { formatMessage } from '../../shared/text/message';
import type { Text } from '../../shared/text/text';
import { useWords } from '../../shared/text/text';
import { Frame } from './frame';
import classes from './frame.module.css';

const describeSignInFailure = (error: unknown, text: Text, locale: string): Described => {
  if (error instanceof ApiError && error.status === 401) return text.signIn.invalid;
  if (error instanceof ApiError && error.status === 429) {
    const wait = createFormats(locale, 'UTC').inSeconds(error.retryAfterS ?? 60);
    return { title: text.signIn.tooMany.title, hint: formatMessage(text.signIn.tooMany.hint, { wait }) };
  }
  return describeFailure(error, text);
};

/** Sign-in stands in the place of the room that was asked for, so that one lands there afterwards. */
export const SignIn = ({ reason }: { reason: SignedOutReason }) => {
  const session = useSession();
  const { text, locale } = useWords();
  const words = text.signIn;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Described | null>(null);
  const [missing, setMissing] = useState({ email: false, password: false });
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useTitle(words.title);
  useEffect(() => email.current?.focus(), []);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = { email: email.current?.value.trim() ?? '', password: password.current?.value ?? '' };
    setMissing({ email: given.email === '', password: given.password === '' });
    if (given.email === '') return email.current?.focus();
    if (given.password === '') return password.current?.focus();
    setBusy(true);
    setFailure(null);
    try {
      await session.signIn(given.email, given.password);
    } catch (error) {
      setBusy(false);
      setFailure(describeSignInFailure(error, text, locale));
      password.current?.select();
    }
  };

  return (
    <Frame>
      <h1 className={classes.title}>{words.title}</h1>
      <p className={classes.lead}>{words.lead}</p>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {failure === null && reason !== 'new' && (
            <Alert variant="light" icon={<IconInfoCircle />} role="status">
              {words.reason[reason]}
            </Alert>
          )}
          {failure && (
            <Alert variant="light" color="red" icon={<IconAlertCircle />} title={failure.title} role="alert">
              {failure.hint}
            </Alert>
          )}
          <TextInput
            ref={email}
            label={words.email}
            name="email"
            type="email"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            size="md"
            error={missing.email && words.emailMissing}
          />
          <PasswordInput
            ref={password}
            label={words.password}
            name="password"
            autoComplete="current-password"
            size="md"
            error={missing.password && words.passwordMissing}
          />
          <Button type="submit" size="md" loading={busy} fullWidth>
            {words.submit}
          </Button>
        </Stack>
      </form>
    </Frame>
  );
};
