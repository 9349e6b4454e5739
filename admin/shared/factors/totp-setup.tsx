'use client';

import { Button, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Api } from '../api/api';
import type { Described } from '../api/describe-failure';
import { FailureAlert } from '../components/failure-alert';
import { useRoomText, useText } from '../text/text';
import classes from './factors.module.css';
import { FACTORS } from './messages';
import { QrCode } from './qr-code';
import { RecoveryCodes } from './recovery-codes';
import { useFactorFailure } from './use-factor-failure';

interface Secret {
  readonly secret: string;
  readonly otpauth_uri: string;
}

const SIX_DIGITS = /^\d{6}$/;

/** Groups of four, as people read and type a key. */
const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');

/** Sets up an authenticator app: key, first code, recovery codes. */
export const TotpSetup = ({
  api,
  onConfirmed,
  onDone,
}: {
  api: Api;
  /** The codes are shown, this once: nothing may lead away from them now. */
  onConfirmed?: () => void;
  onDone: () => void;
}) => {
  const text = useText();
  const factors = useRoomText(FACTORS);
  const words = factors.totp;
  const describe = useFactorFailure();
  const [secret, setSecret] = useState<Secret | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Described | null>(null);
  const [attempt, setAttempt] = useState(0);
  const field = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for once, and again when the person tries again
  useEffect(() => {
    let wanted = true;
    setFailure(null);
    api.call('POST', '/auth/totp').then(
      (made) => wanted && setSecret(made),
      (error: unknown) => wanted && setFailure(describe(error)),
    );
    return () => {
      wanted = false;
    };
  }, [api, attempt]);
  useEffect(() => {
    if (secret) field.current?.focus();
  }, [secret]);

  const confirm = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = (field.current?.value ?? '').replace(/\s/g, '');
    if (busy) return;
    if (!SIX_DIGITS.test(code)) {
      setFailure(factors.failed.wrongCode);
      return field.current?.select();
    }
    setBusy(true);
    setFailure(null);
    try {
      const answer = await api.call('POST', '/auth/totp/confirm', { body: { code } });
      setCodes(answer.recovery_codes);
      onConfirmed?.();
    } catch (error) {
      setFailure(describe(error));
      field.current?.select();
    }
    setBusy(false);
  };

  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  return (
    <form onSubmit={confirm} noValidate>
      <Stack gap="md">
        <FailureAlert failure={failure} />
        {secret ? (
          <>
            <div>
              <Text size="sm">{words.scan}</Text>
              <QrCode text={secret.otpauth_uri} label={words.qr} />
              <Text size="sm">{words.orType}</Text>
              <output aria-label={words.secret} className={classes.secret}>
                {grouped(secret.secret)}
              </output>
            </div>
            <TextInput
              ref={field}
              label={words.code}
              inputMode="numeric"
              autoComplete="one-time-code"
              spellCheck={false}
              maxLength={10}
              size="md"
            />
            <Button type="submit" size="md" fullWidth loading={busy}>
              {words.confirm}
            </Button>
          </>
        ) : failure ? (
          <Button variant="light" onClick={() => setAttempt((before) => before + 1)}>
            {text.app.retry}
          </Button>
        ) : (
          <div role="status" aria-label={words.loading}>
            <Skeleton height="13rem" />
          </div>
        )}
      </Stack>
    </form>
  );
};
