'use client';

import { Button, Stack, Text, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Api } from '../api/api';
import type { Described } from '../api/describe-failure';
import { clientName } from '../client-name';
import { FailureAlert } from '../components/failure-alert';
import { useRoomText } from '../text/text';
import { FACTORS } from './messages';
import { useFactorFailure } from './use-factor-failure';
import { makePasskey } from './web-authn';

const MAX_NAME = 100;

/** Adds a passkey under a name that the person chooses. */
export const PasskeySetup = ({ api, onDone }: { api: Api; onDone: () => void }) => {
  const words = useRoomText(FACTORS).passkey;
  const describe = useFactorFailure();
  const [busy, setBusy] = useState(false);
  const [isNameWrong, setNameWrong] = useState(false);
  const [failure, setFailure] = useState<Described | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);

  const create = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = field.current?.value.trim() ?? '';
    setNameWrong(name === '');
    if (name === '' || busy) return field.current?.focus();
    setBusy(true);
    setFailure(null);
    try {
      const response = await makePasskey(await api.call('POST', '/auth/passkeys/options'));
      await api.call('POST', '/auth/passkeys', { body: { name, response } });
      onDone();
    } catch (error) {
      setBusy(false);
      setFailure(describe(error));
    }
  };

  return (
    <form onSubmit={create} noValidate>
      <Stack gap="md">
        <FailureAlert failure={failure} />
        <Text size="sm">{words.hint}</Text>
        <TextInput
          ref={field}
          data-autofocus
          label={words.name}
          defaultValue={clientName(navigator.userAgent)}
          maxLength={MAX_NAME}
          autoComplete="off"
          size="md"
          error={isNameWrong && words.nameError}
        />
        <Button
          type="submit"
          size="md"
          fullWidth
          loading={busy}
          leftSection={<IconFingerprint size={20} aria-hidden="true" />}
        >
          {words.create}
        </Button>
      </Stack>
    </form>
  );
};
