import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { NotificationPreferences } from '@wardbell/contract';
import { useApi, useMe } from '../../shared/session/context';

const KEY = ['notification-preferences'];

/** How a person wants to be told; undefined until it has been loaded. */
export const usePreferences = (): NotificationPreferences | undefined => {
  const api = useApi();
  const { role } = useMe();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.call('GET', '/notifications/preferences', { signal }),
    enabled: role !== 'super_admin',
    staleTime: 300_000,
    refetchOnWindowFocus: true,
  });
  return query.data;
};

export const useSavePreferences = () => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: NotificationPreferences) => api.call('PUT', '/notifications/preferences', { body }),
    onSuccess: (saved) => cache.setQueryData(KEY, saved),
  });
};
