'use client';

import { Alert, Button, Skeleton } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { User } from '@wardbell/contract';
import { useState } from 'react';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import panel from '../../../shared/panel/panel.module.css';
import { useApi } from '../../../shared/session/context';
import { SESSIONS } from '../../../shared/sessions/messages';
import { SessionList } from '../../../shared/sessions/session-list';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { describeUserFailure } from '../model/failure';
import { useTellIfItWaits } from '../use-change-user';

/** Sessions come and go without an event. */
const REFRESH_MS = 15_000;

const sessionsKey = (userId: string) => ['user-sessions', userId] as const;

/** What an administrator may do: end the sessions, or also remove the second factors. */
type Action = 'sessions' | 'factors';

const ConfirmAction = ({ user, action, onClose }: { user: User; action: Action; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(USERS);
  const api = useApi();
  const cache = useQueryClient();
  const said = action === 'sessions' ? words.endSessions : words.removeFactors;
  const { name } = user;
  const tellIfItWaits = useTellIfItWaits();
  const run = useMutation({
    mutationFn: () =>
      action === 'sessions'
        ? api.call('DELETE', '/users/:id/sessions', { params: { id: user.id } })
        : api.call('DELETE', '/users/:id/factors', { params: { id: user.id } }),
    onSuccess: (answer: object | undefined) => {
      void cache.invalidateQueries({ queryKey: sessionsKey(user.id) });
      onClose();
      if (tellIfItWaits(answer)) return;
      void toast({ tone: 'success', message: formatMessage(said.done, { name }) });
    },
  });
  return (
    <Confirm
      title={formatMessage(said.title, { name })}
      hint={said.hint}
      action={said.confirm}
      pending={run.isPending}
      failure={run.error && describeUserFailure(run.error, text, words)}
      onConfirm={() => run.mutate()}
      onClose={onClose}
    />
  );
};

/** Where a user is signed in, and what an administrator can do about it. */
export const UserSessions = ({ user, own }: { user: User; own: boolean }) => {
  const words = useRoomText(USERS);
  const listWords = useRoomText(SESSIONS);
  const api = useApi();
  const [action, setAction] = useState<Action | null>(null);
  const { data: sessions, error } = useQuery({
    queryKey: sessionsKey(user.id),
    queryFn: async ({ signal }) =>
      (await api.call('GET', '/users/:id/sessions', { params: { id: user.id }, signal })).data,
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
  const common = { size: 'compact-sm', variant: 'light' } as const;
  return (
    <section className={panel.section}>
      <h3>{words.panel.sessions}</h3>
      {sessions ? (
        <SessionList sessions={sessions} />
      ) : error ? (
        <Alert color="red" variant="light" icon={<IconAlertCircle />} role="alert">
          {listWords.failed}
        </Alert>
      ) : (
        <Skeleton height="2.5rem" />
      )}
      {!own && (
        <div className={panel.actions} style={{ flexWrap: 'wrap', marginTop: '0.75rem' }}>
          {sessions !== undefined && sessions.length > 0 && (
            <Button {...common} onClick={() => setAction('sessions')}>
              {words.endSessions.action}
            </Button>
          )}
          <Button {...common} onClick={() => setAction('factors')}>
            {words.removeFactors.action}
          </Button>
        </div>
      )}
      {action && <ConfirmAction user={user} action={action} onClose={() => setAction(null)} />}
    </section>
  );
};
