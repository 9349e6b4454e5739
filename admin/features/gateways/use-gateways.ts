import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { Gateway } from '@wardbell/contract';
import { loadPages } from '../../shared/api/load-pages';
import type { Body, EndpointOf } from '../../shared/api/types';
import { type Polled, usePolled } from '../../shared/api/use-polled';
import { useApi } from '../../shared/session/context';

/** Reports that change no status are not events, so their times are polled. */
const LOOK_MS = 5_000;
const PAGE = 200;
/** A clinic has at most 1,000 gateways. */
const MAX_PAGES = 5;
const KEY = ['gateways'] as const;

/** A gateway as a row of the list. */
export interface GatewayRow extends Gateway {
  readonly id: string;
}
type Report = Body<EndpointOf<'PUT', '/gateways/:gateway_id'>>;

/** The clinic's gateways by name. A change of status comes with the stream, times of reports are polled. */
export const useGateways = (): Polled<readonly GatewayRow[]> => {
  const api = useApi();
  const cache = useQueryClient();
  const polled = usePolled({
    queryKey: KEY,
    everyMs: LOOK_MS,
    queryFn: async (signal): Promise<readonly GatewayRow[]> => {
      const { rows } = await loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/gateways', { query: { limit: PAGE, after }, signal }),
      );
      return rows.map((row) => ({ ...row, id: row.gateway_id }));
    },
  });
  useEvents('gateway_status_change', (event) => {
    if (!('seq' in event)) return; // of an instance or the database
    const { gateway_id, gateway_type, current_status: status, metadata } = event.data;
    const changed = { gateway_type, status, metadata, changed_at: event.timestamp };
    cache.setQueryData<readonly GatewayRow[]>(KEY, (rows) =>
      rows?.map((row) => (row.id === gateway_id ? { ...row, ...changed } : row)),
    );
    // the gateway may be new or removed
    void cache.invalidateQueries({ queryKey: KEY });
  });
  return polled;
};

export const useSaveGateway = () => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: Report }) =>
      api.call('PUT', '/gateways/:gateway_id', { params: { gateway_id: id }, body }),
    onSuccess: () => cache.invalidateQueries({ queryKey: KEY }),
  });
};

export const useRemoveGateway = () => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.call('DELETE', '/gateways/:gateway_id', { params: { gateway_id: id } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: KEY }),
  });
};
