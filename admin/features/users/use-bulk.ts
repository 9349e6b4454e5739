import { useQueryClient } from '@tanstack/react-query';
import type { Invitation, User } from '@wardbell/contract';
import { useState } from 'react';
import { useApi } from '../../shared/session/context';
import { waitsForApproval } from './use-change-user';
import { usersKey } from './use-users';

/** What is done with several people at once. */
export type BulkAction =
  | { readonly kind: 'disable' | 'enable' | 'signOut' | 'link' }
  | { readonly kind: 'role'; readonly role: User['role'] };

export type Outcome =
  | { readonly state: 'done'; readonly invitation?: Invitation }
  | { readonly state: 'waits' }
  | { readonly state: 'failed'; readonly error: unknown };

/** Does one thing with several people, one after the other, and says of each what came of it. A failure stops nothing. */
export const useBulk = () => {
  const api = useApi();
  const cache = useQueryClient();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [isRunning, setRunning] = useState(false);

  const act = async ({ id, version }: User, action: BulkAction): Promise<Outcome> => {
    const params = { id };
    if (action.kind === 'link')
      return { state: 'done', invitation: await api.call('POST', '/users/:id/invitation', { params }) };
    if (action.kind === 'signOut') {
      await api.call('DELETE', '/users/:id/sessions', { params });
      return { state: 'done' };
    }
    const body =
      action.kind === 'role'
        ? { role: action.role }
        : { status: action.kind === 'disable' ? ('disabled' as const) : ('active' as const) };
    const answer = await api.call('PATCH', '/users/:id', { params, body, ifMatch: version });
    return waitsForApproval(answer) ? { state: 'waits' } : { state: 'done' };
  };

  const run = async (users: readonly User[], action: BulkAction): Promise<void> => {
    setRunning(true);
    for (const user of users) {
      const outcome = await act(user, action).catch(
        (error: unknown): Outcome => ({ state: 'failed', error }),
      );
      setOutcomes((known) => new Map(known).set(user.id, outcome));
    }
    setRunning(false);
    void cache.invalidateQueries({ queryKey: usersKey });
    void cache.invalidateQueries({ queryKey: ['user'] });
  };
  return { outcomes, isRunning, run };
};
