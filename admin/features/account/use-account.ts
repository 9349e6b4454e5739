import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { factorsKey } from '../../shared/factors/use-factors';
import { useApi, useSession } from '../../shared/session/context';

/** Sessions come and go without an event. */
const REFRESH_MS = 15_000;

const passkeysKey = ['passkeys'] as const;
const sessionsKey = ['own-sessions'] as const;

/** The passkeys of the person who is signed in, oldest first. */
export const usePasskeys = (wanted: boolean) => {
  const api = useApi();
  return useQuery({
    queryKey: passkeysKey,
    queryFn: async ({ signal }) => (await api.call('GET', '/auth/passkeys', { signal })).data,
    enabled: wanted,
    staleTime: 0,
  });
};

/** Where the person is signed in, newest first. */
export const useOwnSessions = () => {
  const api = useApi();
  return useQuery({
    queryKey: sessionsKey,
    queryFn: async ({ signal }) => (await api.call('GET', '/auth/sessions', { signal })).data,
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
};

/** Loads again what a change of a factor concerns. */
export const useFactorsChanged = () => {
  const cache = useQueryClient();
  return () => {
    void cache.invalidateQueries({ queryKey: factorsKey });
    void cache.invalidateQueries({ queryKey: passkeysKey });
  };
};

/** Removes the authenticator app with its recovery codes (null), or a passkey. */
export const useRemoveFactor = () => {
  const api = useApi();
  const changed = useFactorsChanged();
  return useMutation({
    mutationFn: (passkeyId: string | null) =>
      passkeyId === null
        ? api.call('DELETE', '/auth/totp')
        : api.call('DELETE', '/auth/passkeys/:id', { params: { id: passkeyId } }),
    onSuccess: changed,
  });
};

/** Removes the PIN of locked screens. */
export const useRemovePin = () => {
  const session = useSession();
  return useMutation({
    mutationFn: () => session.api.call('DELETE', '/auth/pin'),
    onSuccess: () => session.notePin(false),
  });
};

/** Ends one of the own sessions, or all others (null). */
export const useEndSession = () => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) =>
      id === null
        ? api.call('DELETE', '/auth/sessions')
        : api.call('DELETE', '/auth/sessions/:id', { params: { id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: sessionsKey }),
  });
};
