'use client';

import { Button, Stack, UnstyledButton } from '@mantine/core';
import { IconDeviceMobile, IconFingerprint } from '@tabler/icons-react';
import { useState } from 'react';
import { Api } from '../../shared/api/api';
import { canUsePasskeys } from '../../shared/factors/web-authn';
import { lazily } from '../../shared/lazily';
import { useRoomText } from '../../shared/text/text';
import classes from './frame.module.css';
import { SIGN_IN } from './messages';

const TotpSetup = lazily(async () => (await import('../../shared/factors/totp-setup')).TotpSetup);
const PasskeySetup = lazily(async () => (await import('../../shared/factors/passkey-setup')).PasskeySetup);

/** Sets up the second factor that the clinic demands, with the token of the sign-in that demanded it. */
export const Enrol = ({
  enrolToken,
  onDone,
  onBack,
}: {
  enrolToken: string;
  onDone: () => void;
  onBack: () => void;
}) => {
  const { enrol: words, back } = useRoomText(SIGN_IN);
  const [isConfirmed, setConfirmed] = useState(false);
  const [api] = useState(
    () =>
      new Api({
        accessToken: () => Promise.resolve(enrolToken),
        refused: () => Promise.resolve(),
        locked: () => undefined,
      }),
  );
  const [chosen, setChosen] = useState<'totp' | 'passkey' | null>(canUsePasskeys() ? null : 'totp');
  const choices = [
    { id: 'totp', Icon: IconDeviceMobile, title: words.totp, hint: words.totpHint },
    { id: 'passkey', Icon: IconFingerprint, title: words.passkey, hint: words.passkeyHint },
  ] as const;
  return (
    <>
      <h1 className={classes.title}>{words.title}</h1>
      <p className={classes.lead}>{words.lead}</p>
      {chosen === null && (
        <Stack gap="sm" role="group" aria-label={words.choose}>
          {choices.map(({ id, Icon, title, hint }) => (
            <UnstyledButton key={id} className={classes.choice} onClick={() => setChosen(id)}>
              <Icon size={24} stroke={1.6} aria-hidden="true" />
              <span>
                <strong>{title}</strong>
                <span>{hint}</span>
              </span>
            </UnstyledButton>
          ))}
        </Stack>
      )}
      {chosen === 'totp' && <TotpSetup api={api} onConfirmed={() => setConfirmed(true)} onDone={onDone} />}
      {chosen === 'passkey' && <PasskeySetup api={api} onDone={onDone} />}
      {chosen !== null && !isConfirmed && canUsePasskeys() && (
        <Button variant="subtle" fullWidth mt="xs" onClick={() => setChosen(null)}>
          {words.other}
        </Button>
      )}
      {!isConfirmed && (
        <Button variant="subtle" fullWidth mt="xs" onClick={onBack}>
          {back}
        </Button>
      )}
    </>
  );
};
