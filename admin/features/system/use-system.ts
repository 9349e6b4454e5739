import { useEvents } from '@wardbell/client/react';
import type { SystemState } from '@wardbell/contract';
import { useState } from 'react';
import { type Polled, usePolled } from '../../shared/api/use-polled';
import { useApi } from '../../shared/session/context';

const LIVE_MS = 3_000;
/** Changes that a page remembers: a link that comes and goes must not fill it. */
const MAX_CHANGES = 50;

const OPERATORS_TYPES = ['instance', 'database', 'redis'] as const;
type OperatorsType = (typeof OPERATORS_TYPES)[number];

/** A change of health that the instance to which this page is connected has told. */
export interface HealthChange {
  readonly key: number;
  readonly atMs: number;
  readonly what: OperatorsType;
  readonly before: string;
  readonly after: string;
}

export interface System {
  readonly polled: Polled<SystemState>;
  /**
   * When the instance that serves this page said that it does not reach the database; null while it does. Its
   * socket lives on then, while the API cannot tell who asks.
   */
  readonly databaseAwayMs: number | null;
  /** The newest first. */
  readonly changes: readonly HealthChange[];
}

/** How the installation does: asked every few seconds, and at once when the stream says that something changed. */
export const useSystem = (): System => {
  const api = useApi();
  const polled = usePolled({
    queryKey: ['system'],
    everyMs: LIVE_MS,
    queryFn: (signal) => api.call('GET', '/system', { signal }),
  });
  const [databaseAwayMs, setDatabaseAwayMs] = useState<number | null>(null);
  const [changes, setChanges] = useState<readonly HealthChange[]>([]);
  useEvents(['gateway_status_change'], ({ data }) => {
    const atMs = Date.now();
    // a clinic's own gateway has another type
    const what = OPERATORS_TYPES.find((type) => type === data.gateway_type);
    if (what === undefined) return;
    setChanges((known) =>
      [
        {
          key: (known[0]?.key ?? 0) + 1,
          atMs,
          what,
          before: data.previous_status,
          after: data.current_status,
        },
        ...known,
      ].slice(0, MAX_CHANGES),
    );
    if (what === 'database') setDatabaseAwayMs(data.current_status === 'HEALTHY' ? null : atMs);
    polled.refresh();
  });
  return { polled, databaseAwayMs, changes };
};
