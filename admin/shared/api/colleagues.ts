import { useQuery } from '@tanstack/react-query';
import { useApi, useMe } from '../session/context';
import { formatMessage } from '../text/message';
import { useText } from '../text/text';

const PAGE = 200;

const NOBODY: ReadonlyMap<string, string> = new Map();

/** Names of the people of one's clinic by their ids; a super admin, who has none, knows nobody here. */
export const useColleagueNames = (wanted = true): ReadonlyMap<string, string> => {
  const api = useApi();
  const { role } = useMe();
  const colleagues = useQuery({
    queryKey: ['colleagues'],
    queryFn: async ({ signal }) => {
      const names = new Map<string, string>();
      let after: string | null = null;
      do {
        const query: { limit: number; after?: string } =
          after === null ? { limit: PAGE } : { limit: PAGE, after };
        const page: { data: readonly { id: string; name: string }[]; next: string | null } = await api.call(
          'GET',
          '/colleagues',
          { query, signal },
        );
        for (const { id, name } of page.data) names.set(id, name);
        after = page.next;
      } while (after !== null);
      return names;
    },
    enabled: wanted && role !== 'super_admin',
    staleTime: 600_000,
  });
  return colleagues.data ?? NOBODY;
};

/**
 * Says who made a change: "by you", "by Anna Berg", or nothing when that is not known. Names are asked for once
 * somebody wants one; until they are there nothing waits for them.
 * @param wanted there is somebody to be named
 */
export const useWho = (wanted: boolean): ((actorId: string | undefined) => string) => {
  const me = useMe();
  const words = useText().who;
  const colleagues = useColleagueNames(wanted);
  return (actorId) => {
    if (actorId === undefined) return '';
    if (actorId === me.id) return words.you;
    const name = colleagues.get(actorId);
    return name === undefined ? '' : formatMessage(words.other, { name });
  };
};
