import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { User } from '@wardbell/contract';
import { hasCode } from '../../shared/api/failure';
import type { Body, EndpointOf } from '../../shared/api/types';
import { toast } from '../../shared/components/toast';
import { useApi } from '../../shared/session/context';
import { useRoomText } from '../../shared/text/text';
import { approvalsKey } from '../approvals/use-approvals';
import { USERS } from './messages';
import { userKey, usersKey } from './use-users';

type Change = Body<EndpointOf<'PATCH', '/users/:id'>>;

/** A change that an admin of the clinic has to approve first is answered with the approval, in the place of the user. */
export const waitsForApproval = (answer: object | undefined): boolean =>
  answer !== undefined && 'effective_at' in answer;

/** Tells when a change waits for an approval; answers whether it does. */
export const useTellIfItWaits = () => {
  const words = useRoomText(USERS);
  const cache = useQueryClient();
  return (answer: object | undefined): boolean => {
    if (!waitsForApproval(answer)) return false;
    void toast({ tone: 'success', message: words.told.waits });
    void cache.invalidateQueries({ queryKey: approvalsKey });
    return true;
  };
};

/** Puts what the server answered into what the screen shows. Answers false when the change waits for an approval. */
export const useRememberUser = () => {
  const cache = useQueryClient();
  const tellIfItWaits = useTellIfItWaits();
  return (user: User): boolean => {
    if (tellIfItWaits(user)) return false;
    cache.setQueryData<User>(userKey(user.id), (known) => ({ ...known, ...user }));
    void cache.invalidateQueries({ queryKey: userKey(user.id) });
    void cache.invalidateQueries({ queryKey: usersKey });
    return true;
  };
};

/** Changes a user who is as the screen shows them (412 otherwise: then the screen shows the newer one). */
export const useChangeUser = (user: User) => {
  const api = useApi();
  const cache = useQueryClient();
  const remember = useRememberUser();
  return useMutation({
    mutationFn: (body: Change) =>
      api.call('PATCH', '/users/:id', { params: { id: user.id }, body, ifMatch: user.version }),
    onSuccess: remember,
    onError: (error) => {
      if (hasCode(error, 'version_mismatch')) void cache.invalidateQueries({ queryKey: userKey(user.id) });
    },
  });
};

/** Deletes a user who is as the screen shows them. */
export const useDeleteUser = (user: User) => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.call('DELETE', '/users/:id', { params: { id: user.id }, ifMatch: user.version }),
    onSuccess: () => cache.invalidateQueries({ queryKey: usersKey }),
    onError: (error) => {
      if (hasCode(error, 'version_mismatch')) void cache.invalidateQueries({ queryKey: userKey(user.id) });
    },
  });
};
