'use client';

import { Alert, Button, Modal, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { addressOf } from '../../shared/api/api';
import { FactorForm, type Proof } from '../../shared/factors/factor-form';
import type { ProofMethod } from '../../shared/factors/proof-method';
import { useFactors } from '../../shared/factors/use-factors';
import { useApi, useMe } from '../../shared/session/context';
import { useRoomText, useText } from '../../shared/text/text';
import { ACCOUNT } from './messages';

/** Above any other dialog, whose request waits for the answer. */
const Z_INDEX = 300;

/** Where the person's provider confirms the session of this browser, and leads back to this page. */
const confirmationUrl = (slug: string): string =>
  addressOf('/auth/oidc/:slug', { slug }, { reauthenticate: 'true', return_to: location.pathname });

/** Asks who is signed in to prove it again, for something that must not be done on a screen that was left open. */
export const Reauthenticate = ({ onDone }: { onDone: (isFresh: boolean) => void }) => {
  const text = useText();
  const words = useRoomText(ACCOUNT).reauthenticate;
  const api = useApi();
  const me = useMe();
  const factors = useFactors();
  const methods: ProofMethod[] = [
    'password',
    ...(factors?.totp ? (['totp'] as const) : []),
    ...((factors?.passkeys ?? 0) > 0 ? (['passkey'] as const) : []),
  ];
  const prove = async (proof: Proof) => {
    await api.call('POST', '/auth/reauthenticate', { body: proof });
    onDone(true);
  };
  return (
    <Modal
      opened
      onClose={() => onDone(false)}
      title={words.title}
      centered
      zIndex={Z_INDEX}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': text.app.cancel }}
    >
      {factors ? (
        <>
          <Text size="sm" mb="md">
            {words.hint}
          </Text>
          {me.email !== null && (
            <input type="hidden" name="email" autoComplete="username" value={me.email} readOnly />
          )}
          <FactorForm
            methods={methods}
            submitLabel={words.confirm}
            passkeyOptions={async () => (await api.call('POST', '/auth/passkey-login/options')).options}
            onProof={prove}
          />
        </>
      ) : me.oidc ? (
        <>
          <Text size="sm" mb="md">
            {words.providerHint}
          </Text>
          <Button fullWidth onClick={() => location.assign(confirmationUrl(me.oidc?.slug ?? ''))}>
            {words.provider}
          </Button>
        </>
      ) : (
        <Alert variant="light" icon={<IconInfoCircle />}>
          {words.elsewhere}
        </Alert>
      )}
    </Modal>
  );
};
