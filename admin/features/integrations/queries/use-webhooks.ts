import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useClient } from '@wardbell/client/react';
import type { Answer, Body, EndpointOf } from '../../../shared/api/types';
import { usePolled } from '../../../shared/api/use-polled';
import { useApi } from '../../../shared/session/context';

export type Webhook = Answer<EndpointOf<'GET', '/webhooks'>>['data'][number];
export type Attempt = Answer<EndpointOf<'GET', '/webhooks/:id/attempts'>>['data'][number];

const KEY = ['webhooks'];
const attemptsKey = (id: string) => ['webhook-attempts', id];
const LIST_MS = 5_000;
const ATTEMPTS_MS = 2_000;
/** A tenant has at most 100 webhooks (`MAX_WEBHOOKS`), so one page has all of them. */
const LIMIT = 100;
/** Attempts that a panel shows. */
const SHOWN_ATTEMPTS = 50;

/** The webhooks of the clinic, with the number of the newest event when they were read. */
export interface Webhooks {
  /** Oldest first. */
  readonly rows: readonly Webhook[];
  /** As far as the stream had announced it; null before its first frame. */
  readonly head: number | null;
}

export const useWebhooks = () => {
  const api = useApi();
  const client = useClient();
  return usePolled({
    queryKey: KEY,
    everyMs: LIST_MS,
    queryFn: async (signal): Promise<Webhooks> => {
      // Read before the list: an event that is announced after it would count as a delay of every webhook.
      const seq = client.position?.seq;
      const { data } = await api.call('GET', '/webhooks', { query: { limit: LIMIT }, signal });
      // A super admin's position has a number for each tenant.
      return { rows: data, head: typeof seq === 'number' ? seq : null };
    },
  });
};

/** The newest attempts of a webhook. */
export const useAttempts = (id: string) => {
  const api = useApi();
  return usePolled({
    queryKey: attemptsKey(id),
    everyMs: ATTEMPTS_MS,
    queryFn: async (signal) => {
      const query = { limit: SHOWN_ATTEMPTS };
      return (await api.call('GET', '/webhooks/:id/attempts', { params: { id }, query, signal })).data;
    },
  });
};

/** A write to webhooks, after which list and attempts are read again. The answer, which may have a secret, is not kept. */
const useWrite = <Input, Result>(write: (input: Input) => Promise<Result>) => {
  const cache = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: write,
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: KEY }),
        cache.invalidateQueries({ queryKey: ['webhook-attempts'] }),
      ]),
  });
};

export const useCreateWebhook = () => {
  const api = useApi();
  return useWrite((body: Body<EndpointOf<'POST', '/webhooks'>>) => api.call('POST', '/webhooks', { body }));
};

export const useChangeWebhook = (id: string) => {
  const api = useApi();
  return useWrite(
    ({ body, ifMatch }: { body: Body<EndpointOf<'PATCH', '/webhooks/:id'>>; ifMatch?: number }) =>
      api.call('PATCH', '/webhooks/:id', {
        params: { id },
        body,
        ...(ifMatch === undefined ? {} : { ifMatch }),
      }),
  );
};

export const useDeleteWebhook = (id: string) => {
  const api = useApi();
  return useWrite((_: undefined) => api.call('DELETE', '/webhooks/:id', { params: { id } }));
};

export const useRotateSecret = (id: string) => {
  const api = useApi();
  return useWrite((_: undefined) => api.call('POST', '/webhooks/:id/rotate-secret', { params: { id } }));
};

export const useTestWebhook = (id: string) => {
  const api = useApi();
  return useWrite((_: undefined) => api.call('POST', '/webhooks/:id/test', { params: { id } }));
};

export const useRewind = (id: string) => {
  const api = useApi();
  return useWrite((seq: number) =>
    api.call('POST', '/webhooks/:id/rewind', { params: { id }, body: { seq } }),
  );
};
