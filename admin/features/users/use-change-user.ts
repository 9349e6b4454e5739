import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { User } from '@wardbell/contract';
import { hasCode } from '../../shared/api/failure';
import type { Body, EndpointOf } from '../../shared/api/types';
import { useApi } from '../../shared/session/context';
import { userKey, usersKey } from './use-users';

type Change = Body<EndpointOf<'PATCH', '/users/:id'>>;

/** Puts what the server answered into what the screen shows. */
export const useRememberUser = () => {
  const cache = useQueryClient();
  return (user: User) => {
    cache.setQueryData<User>(userKey(user.id), user);
    void cache.invalidateQueries({ queryKey: usersKey });
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
