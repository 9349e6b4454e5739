import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../shared/session/context';
import { userKey, usersKey } from './use-users';

/** The link of an invitation. The token is in the fragment, which browsers send to nobody. */
export const linkOf = (token: string): string => `${location.origin}/invitation/#${token}`;

/** Makes a link by which a person chooses the own password. The answer leaves memory with the dialog that shows it. */
export const useInvite = () => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: (id: string) => api.call('POST', '/users/:id/invitation', { params: { id } }),
    onSuccess: (_, id) => {
      void cache.invalidateQueries({ queryKey: usersKey });
      void cache.invalidateQueries({ queryKey: userKey(id) });
    },
  });
};
