'use client';

import { Button, Divider, Stack } from '@mantine/core';
import { IconBuildingHospital } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { addressOf, send } from '../../shared/api/api';
import { Unreachable } from '../../shared/api/failure';
import type { Answer, EndpointOf } from '../../shared/api/types';
import { useSession } from '../../shared/session/context';
import { formatMessage } from '../../shared/text/message';
import { useRoomText } from '../../shared/text/text';
import { SIGN_IN } from './messages';

/** A name that is longer than its button goes on in another line. */
const WRAPPED = {
  root: { height: 'auto', minHeight: 'var(--button-height)', paddingBlock: '0.375rem' },
  label: { overflowWrap: 'anywhere', whiteSpace: 'normal' },
} as const;

type Provider = Answer<EndpointOf<'GET', '/auth/oidc'>>['data'][number];

/** Buttons of the providers that people can sign in with. None while the server does not say. */
export const OidcButtons = ({
  disabled,
  onFailure,
}: {
  disabled: boolean;
  onFailure: (error: unknown) => void;
}) => {
  const words = useRoomText(SIGN_IN);
  const session = useSession();
  const [providers, setProviders] = useState<readonly Provider[]>([]);
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const load = async () => {
      const response = await send(addressOf('/auth/oidc'), { signal: stop.signal });
      if (response.ok) setProviders((await response.json()).data);
    };
    // the fields of the page serve without them
    load().catch(() => undefined);
    return () => stop.abort();
  }, []);

  const choose = async ({ slug, url }: Provider) => {
    setChosen(slug);
    if (await session.sendPendingSignOut()) {
      location.assign(`${url}?return_to=${encodeURIComponent(location.pathname)}`);
      return;
    }
    setChosen(null);
    onFailure(new Unreachable(undefined));
  };

  if (providers.length === 0) return null;
  return (
    <>
      <Divider my="md" label={words.or} />
      <Stack gap="sm">
        {providers.map((provider) => (
          <Button
            key={provider.slug}
            variant="default"
            size="md"
            fullWidth
            styles={WRAPPED}
            loading={chosen === provider.slug}
            disabled={disabled || (chosen !== null && chosen !== provider.slug)}
            leftSection={<IconBuildingHospital size={20} aria-hidden="true" />}
            onClick={() => void choose(provider)}
          >
            {formatMessage(words.provider, { name: provider.name })}
          </Button>
        ))}
      </Stack>
    </>
  );
};
