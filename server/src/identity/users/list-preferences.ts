import { Controller, Injectable } from '@nestjs/common';
import { api, type ListPreferences, type ListPreferencesChange } from '@wardbell/contract';
import sql from 'sql-template-tag';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';

const routes = api.listPreferences;

const COLUMNS = sql`p.list, p.filters, p.default_filter, p.hidden_columns, p.practitioner, p.version`;

/** What each person has chosen for the lists of the console. Row-level security confines it to the tenant, also to none. */
@Injectable()
export class ListPreferencesService {
  /** At most one row for each list. */
  all(tx: Tx): Promise<ListPreferences[]> {
    return tx.sql.query<ListPreferences[]>`
      SELECT ${COLUMNS} FROM wardbell.list_preference p
      WHERE p.tenant_id IS NOT DISTINCT FROM ${tx.principal.tenantId}::uuid AND p.user_id = ${tx.principal.userId}
      ORDER BY p.list`;
  }

  /** @throws Problem `version_mismatch` when another screen of the person has saved since `version` */
  async set(tx: Tx, change: ListPreferencesChange): Promise<ListPreferences> {
    const { list, filters, default_filter, hidden_columns, practitioner, version } = change;
    const { tenantId, userId } = tx.principal;
    const [saved] = await tx.sql.query<ListPreferences[]>`
      INSERT INTO wardbell.list_preference AS p
        (tenant_id, user_id, list, filters, default_filter, hidden_columns, practitioner)
      SELECT ${tenantId}::uuid, ${userId}, ${list}, ${JSON.stringify(filters)}::jsonb, ${default_filter}::text,
             ${hidden_columns}::text[], ${practitioner}::text
      WHERE ${version} = 0 OR EXISTS (
        SELECT FROM wardbell.list_preference o
        WHERE o.tenant_id IS NOT DISTINCT FROM ${tenantId}::uuid AND o.user_id = ${userId} AND o.list = ${list})
      ON CONFLICT (tenant_id, user_id, list) DO UPDATE
        SET filters = excluded.filters, default_filter = excluded.default_filter,
            hidden_columns = excluded.hidden_columns, practitioner = excluded.practitioner, version = p.version + 1
        WHERE p.version = ${version}
      RETURNING ${COLUMNS}`;
    if (!saved) throw new Problem('version_mismatch');
    return saved;
  }
}

@Controller()
export class ListPreferencesController {
  constructor(private readonly preferences: ListPreferencesService) {}

  @Endpoint(routes.list, { unit: 'accounts' })
  async list({ tx }: Call<typeof routes.list>): Promise<object> {
    return { data: await this.preferences.all(tx) };
  }

  @Endpoint(routes.set, { unit: 'accounts' })
  set({ tx, body }: Call<typeof routes.set>): Promise<object> {
    return this.preferences.set(tx, body);
  }
}
