import { useQuery } from '@tanstack/react-query';
import { useApi, useMe } from '../session/context';

export const factorsKey = ['factors'] as const;

/** The second factors of the person who is signed in; null for people of single sign-on. */
export const useFactors = () => {
  const api = useApi();
  const me = useMe();
  return useQuery({
    queryKey: factorsKey,
    queryFn: async ({ signal }) => (await api.call('GET', '/auth/me', { signal })).factors,
    initialData: me.factors,
    staleTime: 0,
  }).data;
};
