'use client';

import { Alert, Button, Divider, Stack, TextInput } from '@mantine/core';
import { IconFingerprint, IconInfoCircle } from '@tabler/icons-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type Described, describeFailure } from '../../shared/api/describe-failure';
import { ApiError, hasCode } from '../../shared/api/failure';
import { FailureAlert } from '../../shared/components/failure-alert';
import { PasswordField } from '../../shared/components/password-field';
import { useFactorFailure } from '../../shared/factors/use-factor-failure';
import { askPasskey, canUsePasskeys, PasskeyError } from '../../shared/factors/web-authn';
import type { Credentials } from '../../shared/session/token';
import { createFormats } from '../../shared/text/formats';
import { formatMessage } from '../../shared/text/message';
import type { Text } from '../../shared/text/text';
import { useRoomText, useWords } from '../../shared/text/text';
import classes from './frame.module.css';
import { SIGN_IN, type SignInText } from './messages';
import { OidcButtons } from './oidc-buttons';
import { postPublic } from './post-public';

const describeSignInFailure = (
  error: unknown,
  text: Text,
  { credentials: words, providerFailure }: SignInText,
  locale: string,
): Described => {
  if (hasCode(error, 'tenant_suspended')) return providerFailure.tenant_suspended;
  if (error instanceof ApiError && error.status === 401) return words.invalid;
  if (error instanceof ApiError && error.status === 429) {
    const wait = createFormats(locale, 'UTC').inSeconds(error.retryAfterS ?? 60);
    return { title: words.tooMany.title, hint: formatMessage(words.tooMany.hint, { wait }) };
  }
  return describeFailure(error, text);
};

/** E-mail address and password, or a passkey. */
export const CredentialsForm = ({
  notice,
  before,
  onCredentials,
}: {
  /** What is said until something fails. */
  notice: string | null;
  /** Why a later step led back here. */
  before: Described | null;
  /** Signs in, or leads to the next step; rejects when they were refused. */
  onCredentials: (credentials: Credentials) => Promise<void>;
}) => {
  const { text, locale } = useWords();
  const more = useRoomText(SIGN_IN);
  const words = more.credentials;
  const describePasskey = useFactorFailure();
  const [busy, setBusy] = useState<'password' | 'passkey' | null>(null);
  const [failure, setFailure] = useState<Described | null>(before);
  const [missing, setMissing] = useState({ email: false, password: false });
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => email.current?.focus(), []);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = { email: email.current?.value.trim() ?? '', password: password.current?.value ?? '' };
    setMissing({ email: given.email === '', password: given.password === '' });
    if (given.email === '') return email.current?.focus();
    if (given.password === '') return password.current?.focus();
    setBusy('password');
    setFailure(null);
    try {
      await onCredentials({ by: 'login', body: given });
    } catch (error) {
      setBusy(null);
      setFailure(describeSignInFailure(error, text, more, locale));
      password.current?.select();
    }
  };
  const takePasskey = async () => {
    setBusy('passkey');
    setFailure(null);
    try {
      const { challenge_id, options } = await postPublic('/auth/passkey-login/options');
      await onCredentials({
        by: 'passkey-login',
        body: { challenge_id, response: await askPasskey(options) },
      });
    } catch (error) {
      setBusy(null);
      if (error instanceof PasskeyError || hasCode(error, 'passkeys_unavailable'))
        setFailure(describePasskey(error));
      else if (hasCode(error, 'invalid_credentials')) setFailure(more.unknownPasskey);
      else setFailure(describeSignInFailure(error, text, more, locale));
    }
  };

  return (
    <>
      <h1 className={classes.title}>{words.title}</h1>
      <p className={classes.lead}>{words.lead}</p>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {failure === null && notice !== null && (
            <Alert variant="light" icon={<IconInfoCircle />} role="status">
              {notice}
            </Alert>
          )}
          <FailureAlert failure={failure} />
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
          <PasswordField
            ref={password}
            label={words.password}
            name="password"
            autoComplete="current-password"
            size="md"
            error={missing.password && words.passwordMissing}
          />
          <Button
            type="submit"
            size="md"
            loading={busy === 'password'}
            disabled={busy === 'passkey'}
            fullWidth
          >
            {words.submit}
          </Button>
        </Stack>
      </form>
      {canUsePasskeys() && (
        <>
          <Divider my="md" label={more.or} />
          <Button
            variant="default"
            size="md"
            fullWidth
            loading={busy === 'passkey'}
            disabled={busy === 'password'}
            leftSection={<IconFingerprint size={20} aria-hidden="true" />}
            onClick={() => void takePasskey()}
          >
            {more.passkey}
          </Button>
        </>
      )}
      <OidcButtons
        disabled={busy !== null}
        onFailure={(error) => setFailure(describeSignInFailure(error, text, more, locale))}
      />
    </>
  );
};
