'use client';

import { Button, Stack } from '@mantine/core';
import { IconFingerprint, IconLock } from '@tabler/icons-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type Described, describeFailure } from '../../shared/api/describe-failure';
import { hasCode } from '../../shared/api/failure';
import { FailureAlert } from '../../shared/components/failure-alert';
import { PasswordField } from '../../shared/components/password-field';
import { useFactorFailure } from '../../shared/factors/use-factor-failure';
import { askPasskey, canUsePasskeys, PasskeyError } from '../../shared/factors/web-authn';
import { useTitle } from '../../shared/room/use-title';
import { useSession } from '../../shared/session/context';
import type { LockedPerson } from '../../shared/session/idle';
import type { UnlockProof } from '../../shared/session/session';
import { hasWaitingNotice } from '../../shared/session/waiting-notices';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import { EntryFrame } from '../sign-in/entry-frame';
import classes from '../sign-in/frame.module.css';
import { postPublic } from '../sign-in/post-public';
import { LOCK } from './messages';

/** Stands in the place of everything until the person has shown who they are, or has signed out. */
export const LockScreen = ({ person }: { person: LockedPerson }) => {
  const { isExternal } = person;
  const text = useText();
  const words = useRoomText(LOCK).lock;
  const session = useSession();
  const describePasskey = useFactorFailure();
  const [busy, setBusy] = useState<'secret' | 'passkey' | null>(null);
  const [hasPin, setHasPin] = useState(person.hasPin && !isExternal);
  const [isByPin, setByPin] = useState(hasPin);
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Described | null>(null);
  const secret = useRef<HTMLInputElement>(null);
  useTitle(words.title);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the other field has the cursor when it appears
  useEffect(() => secret.current?.focus(), [isByPin]);
  const name = person.name ?? person.email;

  const unlock = async (by: 'secret' | 'passkey', prove: () => Promise<UnlockProof>) => {
    setBusy(by);
    setFailure(null);
    try {
      await session.unlock(await prove());
    } catch (error) {
      setBusy(null);
      if (hasCode(error, 'wrong_password')) setFailure(words.wrong);
      else if (hasCode(error, 'wrong_pin') || (isByPin && hasCode(error, 'validation_failed')))
        setFailure(words.wrongPin);
      else if (hasCode(error, 'pin_refused')) {
        setFailure(words.pinRefused);
        setHasPin(false);
        setByPin(false);
      } else if (hasCode(error, 'wrong_code')) setFailure(words.passkeyHint);
      else if (error instanceof PasskeyError || hasCode(error, 'passkeys_unavailable'))
        setFailure(describePasskey(error));
      else setFailure(describeFailure(error, text));
      secret.current?.select();
    }
  };
  const change = () => {
    setByPin(!isByPin);
    setMissing(false);
    setFailure(null);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = secret.current?.value ?? '';
    setMissing(given === '');
    if (given === '') secret.current?.focus();
    else void unlock('secret', async () => (isByPin ? { pin: given } : { password: given }));
  };
  const takePasskey = () =>
    unlock('passkey', async () => {
      const { options } = await postPublic('/auth/passkey-login/options');
      return { assertion: await askPasskey(options) };
    });

  return (
    <EntryFrame>
      <h1 className={classes.title}>
        <IconLock size={24} stroke={1.8} aria-hidden="true" /> {words.title}
      </h1>
      <p className={classes.lead} style={{ overflowWrap: 'anywhere' }}>
        {isExternal
          ? formatMessage(words.leadOut, { name: name ?? text.app.you })
          : name === null
            ? isByPin
              ? words.leadPinUnknown
              : words.leadUnknown
            : formatMessage(isByPin ? words.leadPin : words.lead, { name })}
      </p>
      {hasWaitingNotice() && (
        <p role="status" className={classes.lead}>
          <strong>{words.noticeWaits}</strong>
        </p>
      )}
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FailureAlert failure={failure} />
          {!isExternal && (
            <>
              {person.email !== null && (
                <input type="hidden" name="email" autoComplete="username" value={person.email} readOnly />
              )}
              {isByPin ? (
                <PasswordField
                  key="pin"
                  ref={secret}
                  label={words.pin}
                  inputMode="numeric"
                  autoComplete="off"
                  size="md"
                  error={missing && words.missingPin}
                />
              ) : (
                <PasswordField
                  key="password"
                  ref={secret}
                  label={words.password}
                  name="password"
                  autoComplete="current-password"
                  size="md"
                  error={missing && words.missing}
                />
              )}
              <Button
                type="submit"
                size="md"
                loading={busy === 'secret'}
                disabled={busy === 'passkey'}
                fullWidth
              >
                {words.unlock}
              </Button>
              {hasPin && (
                <Button variant="default" size="md" fullWidth disabled={busy !== null} onClick={change}>
                  {isByPin ? words.usePassword : words.usePin}
                </Button>
              )}
              {canUsePasskeys() && (
                <Button
                  variant="default"
                  size="md"
                  fullWidth
                  loading={busy === 'passkey'}
                  disabled={busy === 'secret'}
                  leftSection={<IconFingerprint size={20} aria-hidden="true" />}
                  onClick={() => void takePasskey()}
                >
                  {words.passkey}
                </Button>
              )}
            </>
          )}
          <Button
            variant={isExternal ? 'filled' : 'subtle'}
            size="md"
            fullWidth
            onClick={() => void session.signOut()}
          >
            {words.signOut}
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  );
};
