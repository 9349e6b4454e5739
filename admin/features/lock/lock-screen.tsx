'use client';

import { Alert, Button, PasswordInput, Stack } from '@mantine/core';
import { IconAlertCircle, IconLock } from '@tabler/icons-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type Described, describeFailure } from '../../shared/api/describe-failure';
import { hasCode } from '../../shared/api/failure';
import { lazily } from '../../shared/lazily';
import { useTitle } from '../../shared/room/use-title';
import { useMe, useSession } from '../../shared/session/context';
import type { Credentials } from '../../shared/session/token';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import { Frame } from '../sign-in/frame';
import classes from '../sign-in/frame.module.css';
import { type NextStep, nextStepOf } from '../sign-in/next-step';
import { useIdleWatch } from './idle-context';
import { LOCK } from './messages';

const SecondFactor = lazily(async () => (await import('../sign-in/second-factor')).SecondFactor);

/** Stands in the place of everything until the person has given their password again, or has signed out. */
export const LockScreen = () => {
  const text = useText();
  const words = useRoomText(LOCK).lock;
  const session = useSession();
  const me = useMe();
  const watch = useIdleWatch();
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Described | null>(null);
  const [factor, setFactor] = useState<(NextStep & { readonly kind: 'factor' }) | null>(null);
  const password = useRef<HTMLInputElement>(null);
  useTitle(words.title);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the field is there again when the second step has failed
  useEffect(() => password.current?.focus(), [factor]);
  const name = me.name ?? me.email ?? text.app.you;
  /** Who signs in elsewhere has no password here. */
  const { email } = me;

  const confirm = async (credentials: Credentials) => {
    await session.confirm(credentials);
    watch.unlock();
  };
  const unlock = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = password.current?.value ?? '';
    setMissing(given === '');
    if (email === null || given === '') return password.current?.focus();
    setBusy(true);
    setFailure(null);
    try {
      await confirm({ by: 'login', body: { email, password: given } });
    } catch (error) {
      setBusy(false);
      const next = nextStepOf(error);
      if (next?.kind === 'factor') return setFactor(next);
      if (next) return setFailure(words.more);
      setFailure(hasCode(error, 'invalid_credentials') ? words.wrong : describeFailure(error, text));
      password.current?.select();
    }
  };

  return (
    <Frame>
      <h1 className={classes.title}>
        <IconLock size={24} stroke={1.8} aria-hidden="true" /> {words.title}
      </h1>
      <p className={classes.lead}>
        {formatMessage(email === null ? words.leadOut : factor ? words.factorLead : words.lead, { name })}
      </p>
      {factor && (
        <SecondFactor
          {...factor}
          submitLabel={words.unlock}
          onProof={confirm}
          onExpired={(expired) => {
            setFactor(null);
            setFailure(expired);
          }}
        />
      )}
      <form onSubmit={unlock} noValidate>
        <Stack gap="md">
          {failure && (
            <Alert variant="light" color="red" icon={<IconAlertCircle />} title={failure.title} role="alert">
              {failure.hint}
            </Alert>
          )}
          {email !== null && factor === null && (
            <>
              <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
              <PasswordInput
                ref={password}
                label={words.password}
                name="password"
                autoComplete="current-password"
                size="md"
                error={missing && words.missing}
              />
              <Button type="submit" size="md" loading={busy} fullWidth>
                {words.unlock}
              </Button>
            </>
          )}
          <Button
            variant={email === null ? 'filled' : 'subtle'}
            size="md"
            fullWidth
            onClick={() => void session.signOut()}
          >
            {words.signOut}
          </Button>
        </Stack>
      </form>
    </Frame>
  );
};
