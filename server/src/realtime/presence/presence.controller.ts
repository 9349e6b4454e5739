import { Controller } from '@nestjs/common';
import { api, KEY_ACTOR_PREFIX, type PresenceRow } from '@wardbell/contract';
import type { z } from 'zod';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { ALIVE_FOR_S } from '../connections/instance.js';

const routes = api.presence;
/** Rows of an answer; of the users that are offline only the latest ones fit. */
const MAX_ROWS = 10_000;

interface Row {
  readonly user_id: string;
  readonly is_online: boolean;
  readonly since: Date;
  readonly connections: number;
}

@Controller()
export class PresenceController {
  /**
   * Includes connections of the last moment, whose change of presence is not written yet. Uses the relay role, because
   * tenants cannot read which instances are alive.
   */
  @Endpoint(routes.list, { unit: 'relay' })
  async list({ tx }: Call<typeof routes.list>): Promise<{ data: z.output<typeof PresenceRow>[] }> {
    const rows = await tx.sql.query<Row[]>`
      SELECT user_id, c.first_at IS NOT NULL OR p.online AS is_online,
             CASE WHEN p.online OR c.first_at IS NULL THEN p.since ELSE c.first_at END AS since,
             coalesce(c.connections, 0) AS connections
      FROM (SELECT user_id, online, since FROM wardbell.presence
            WHERE tenant_id = ${tx.principal.tenantId}::uuid) p
      FULL JOIN (
        SELECT s.user_id, count(*)::int AS connections, min(s.connected_at) AS first_at
        FROM wardbell.connection s JOIN wardbell.instance i ON i.id = s.instance_id
        WHERE s.tenant_id = ${tx.principal.tenantId}::uuid AND NOT starts_with(s.user_id, ${KEY_ACTOR_PREFIX})
          AND i.heartbeat_at > now() - make_interval(secs => ${ALIVE_FOR_S})
        GROUP BY s.user_id) c USING (user_id)
      ORDER BY is_online DESC, since DESC, user_id LIMIT ${MAX_ROWS}`;
    return {
      data: rows.map(({ user_id, is_online, since, connections }) => ({
        user_id,
        status: is_online ? 'online' : 'offline',
        since: since.toISOString(),
        connections,
      })),
    };
  }
}
