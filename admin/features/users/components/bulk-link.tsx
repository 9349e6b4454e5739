'use client';

import { Button } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import type { User } from '@wardbell/contract';
import { useState } from 'react';
import { lazily } from '../../../shared/lazily';
import { useMe } from '../../../shared/session/context';
import { useRoomText } from '../../../shared/text/text';
import { USERS } from '../messages';

const BulkUsers = lazily(async () => (await import('./bulk-users')).BulkUsers);

/** Leads to what can be done with several of the listed people at once; nobody changes the own account. */
export const BulkLink = ({ users }: { users: readonly User[] }) => {
  const words = useRoomText(USERS).bulk;
  const me = useMe();
  /** As they were when it was opened: the list goes on changing below. */
  const [listed, setListed] = useState<readonly User[] | null>(null);
  const others = users.filter(({ id }) => id !== me.id);
  if (others.length < 2 && listed === null) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconUsersGroup size={18} aria-hidden="true" />}
        onClick={() => setListed(others)}
      >
        {words.action}
      </Button>
      {listed && <BulkUsers users={listed} onClose={() => setListed(null)} />}
    </>
  );
};
