import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ListPreferences } from '@wardbell/contract';
import type { ListName } from '@wardbell/contract/list-names';
import { hasCode } from '../api/failure';
import { useApi } from '../session/context';

const KEY = ['own-lists'];
/** A window that is looked at again asks after this, and so learns what was saved on another screen. */
const STALE_MS = 15_000;
const MAX_TRIES = 3;

/** What the person has chosen for the lists, as the server has it. */
export const useOwnLists = () => {
  const api = useApi();
  return useQuery<readonly ListPreferences[]>({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await api.call('GET', '/users/me/lists', { signal })).data,
    staleTime: STALE_MS,
    refetchOnWindowFocus: true,
  });
};

type Chosen = Omit<ListPreferences, 'list' | 'version'>;

interface Change {
  readonly list: ListName;
  /** What is to be replaced, of what the server has at that moment. */
  readonly change: (saved: Chosen) => Partial<Chosen>;
}

const nothingFor = (list: ListName) => ({
  list,
  filters: [],
  default_filter: null,
  hidden_columns: [],
  practitioner: null,
  version: 0,
});

/** Changes what is saved for a list. One change after the other; what another screen has saved meanwhile is kept. */
export const useSaveList = () => {
  const api = useApi();
  const cache = useQueryClient();
  /** An answer from before a change would undo it in the cache. */
  const cancelLoads = () => cache.cancelQueries({ queryKey: KEY });
  return useMutation({
    scope: { id: 'own-lists' },
    mutationFn: async ({ list, change }: Change) => {
      for (let attempt = 1; ; attempt++) {
        await cancelLoads();
        const saved = await cache.fetchQuery({
          queryKey: KEY,
          queryFn: async () => (await api.call('GET', '/users/me/lists')).data,
          staleTime: attempt === 1 ? Number.POSITIVE_INFINITY : 0,
        });
        const known = saved.find((each) => each.list === list) ?? nothingFor(list);
        try {
          return await api.call('PUT', '/users/me/lists', { body: { ...known, ...change(known) } });
        } catch (error) {
          if (attempt === MAX_TRIES || !hasCode(error, 'version_mismatch')) throw error;
        }
      }
    },
    onSuccess: async (saved) => {
      await cancelLoads();
      cache.setQueryData<readonly ListPreferences[]>(KEY, (known = []) => [
        ...known.filter(({ list }) => list !== saved.list),
        saved,
      ]);
    },
  });
};
