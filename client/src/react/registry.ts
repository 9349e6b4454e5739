import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { LiveRow } from '../list/changes.js';
import { Join } from '../list/join.js';
import type { ListRules, LivePage } from '../list/page.js';
import type { Client } from '../options.js';
import type { Layout } from './layout.js';

/** A list in the query cache and its join with the stream. Components that show the same list share it. */
export class CachedList<Row extends LiveRow, Page extends LivePage<Row>, Data> {
  readonly #join: Join<Row, Page>;
  readonly #listeners = new Set<() => void>();

  constructor(client: Client, queryClient: QueryClient, queryKey: QueryKey, layout: Layout<Page, Data>) {
    const rules: ListRules<Row> = { changes: () => undefined };
    const store = {
      read: () => {
        const data = queryClient.getQueryData<Data>(queryKey);
        return data === undefined ? [] : layout.pages(data);
      },
      write: (pages: readonly Page[]) => {
        queryClient.setQueryData<Data>(queryKey, (data) => data && layout.withPages(data, pages));
      },
      // A load that began before could return the same old snapshot, so it is cancelled and started again.
      reload: () =>
        queryClient.refetchQueries(
          { queryKey, exact: true, type: 'active' },
          { cancelRefetch: true, throwOnError: true },
        ),
    };
    this.#join = new Join(client, rules, store, () => this.#notify());
  }

  get shown(): boolean {
    return this.#listeners.size > 0;
  }

  get following(): boolean {
    return this.#join.following;
  }

  set rules(rules: ListRules<Row>) {
    this.#join.rules = rules;
  }

  /** Follows the stream while at least one listener is there. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#join.attach();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#join.detach();
    };
  };

  /** The query has loaded. */
  loaded(): void {
    if (this.shown) this.#join.attach();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

type AnyList = Pick<CachedList<LiveRow, LivePage<LiveRow>, unknown>, 'shown' | 'loaded'>;

/** The joined lists of one query cache, by query hash. */
class Registry {
  readonly #lists = new Map<string, AnyList>();

  constructor(
    private readonly client: Client,
    private readonly queryClient: QueryClient,
  ) {
    queryClient.getQueryCache().subscribe((event) => {
      const { queryHash } = event.query;
      const list = this.#lists.get(queryHash);
      // `manual` updates are those of the join itself.
      if (event.type === 'updated' && event.action.type === 'success' && !event.action.manual) list?.loaded();
      else if (event.type === 'removed' && !list?.shown) this.#lists.delete(queryHash);
    });
  }

  list<Row extends LiveRow, Page extends LivePage<Row>, Data>(
    queryKey: QueryKey,
    layout: Layout<Page, Data>,
  ): CachedList<Row, Page, Data> {
    const { queryHash } = this.queryClient.defaultQueryOptions({ queryKey });
    const known = this.#lists.get(queryHash);
    // As in the query cache, the key determines the type.
    if (known) return known as CachedList<Row, Page, Data>;
    const list = new CachedList<Row, Page, Data>(this.client, this.queryClient, queryKey, layout);
    this.#lists.set(queryHash, list);
    return list;
  }
}

const registries = new WeakMap<QueryClient, WeakMap<Client, Registry>>();

/** The registry of this cache and this client. */
export const registryOf = (queryClient: QueryClient, client: Client): Registry => {
  const ofCache = registries.get(queryClient) ?? new WeakMap<Client, Registry>();
  registries.set(queryClient, ofCache);
  const registry = ofCache.get(client) ?? new Registry(client, queryClient);
  ofCache.set(client, registry);
  return registry;
};
