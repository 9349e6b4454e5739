'use client';

import { Alert, Button, Group } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Tenant } from '@wardbell/contract';
import { Link } from '../../../shared/components/link';
import { useApi } from '../../../shared/session/context';
import { useRoomText } from '../../../shared/text/text';
import { tenantsText } from '../messages';

/** Accounts change without an event. */
const REFRESH_MS = 15_000;

/** What a clinic without an administrator needs next: nobody of it can add its people. */
export const NextSteps = ({ tenant: { id, limits, ceilings } }: { tenant: Tenant }) => {
  const words = useRoomText(tenantsText).nextSteps;
  const api = useApi();
  const { data: hasAdmin } = useQuery({
    queryKey: ['has-admin', id],
    queryFn: async ({ signal }) => {
      const query = { tenant_id: id, role: 'tenant_admin', status: 'active', limit: 1 };
      return (await api.call('GET', '/users', { query, signal })).data.length > 0;
    },
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  });
  if (hasAdmin !== false) return null;
  const isUnlimited = [...Object.values(limits), ...Object.values(ceilings)].every((value) => value === null);
  return (
    <Alert
      role="note"
      variant="light"
      icon={<IconUserPlus />}
      title={words.title}
      mb="md"
      // no wider than the panel, whatever the buttons say
      styles={{ body: { minWidth: 0 } }}
    >
      <p style={{ marginTop: 0 }}>{words.hint}</p>
      <Group gap="xs">
        <Button component={Link} href={`/users/?tenant=${id}&role=tenant_admin&new=1`} size="compact-md">
          {words.addAdmin}
        </Button>
        {isUnlimited && (
          <Button component={Link} href={`/limits/?tenant=${id}`} size="compact-md" variant="default">
            {words.setLimits}
          </Button>
        )}
      </Group>
    </Alert>
  );
};
