import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventTypeName, type PublishedEvent } from '@wardbell/contract';
import { ENDS_WHEN_IDLE } from '../database/idle-timeout.js';
import type { Tx } from '../database/tx.js';
import type { Publication } from './publication.js';
import { SchemaGuard } from './schemas/schema-guard.js';

interface Row {
  readonly is_new: boolean;
  readonly id: string;
  readonly seq: bigint;
  readonly type: string;
  readonly created_at: Date;
  readonly data: string | null;
  readonly cloud_event: string | null;
}

/** What became of a request. */
export interface Published {
  readonly events: readonly PublishedEvent[];
  /** Was any of them not there before? */
  readonly isAnyNew: boolean;
}

/**
 * Publishes application-defined events, whichever way they came in. All or none; the numbers of those that are new are
 * consecutive. A CloudEvent is taken once in 24 hours: a repetition waits for the first in the database, on whichever
 * instance that is, and is answered with it.
 */
@Injectable()
export class PublishService {
  constructor(private readonly schemas: SchemaGuard) {}

  /**
   * Call it as the last work of a transaction: it locks the tenant's head.
   * @throws Problem `schema_violation`
   */
  async publish(tx: Tx, tenantId: string, publications: readonly Publication[]): Promise<Published> {
    await this.schemas.check(tx, publications);
    const rows = await tx.sql.query<Row[]>`
      SELECT is_new, id::text, seq, type, created_at, data, cloud_event
      FROM wardbell.publish(${tenantId}::uuid, ${tx.principal.userId}, ${toJson(publications)}::jsonb)
      WHERE ${ENDS_WHEN_IDLE}`;
    tx.eventsWritten(
      rows.flatMap(({ is_new, id, seq, type, created_at, data, cloud_event }, index) =>
        is_new
          ? [
              {
                tenantId,
                seq: Number(seq),
                id,
                type,
                // text as stored, so live delivery and replay send the same bytes
                data: data ?? '{}',
                audience: publications[index]?.audience ?? null,
                timestamp: created_at,
                actorId: tx.principal.userId,
                ...(cloud_event === null ? {} : { cloudEvent: cloud_event }),
              },
            ]
          : [],
      ),
    );
    const isAnyNew = rows.some((row) => row.is_new);
    if (isAnyNew) {
      tx.audit(
        { action: 'event.publish', objectType: 'event_type', objectId: typesOf(publications) },
        tenantId,
      );
    }
    return { events: rows.map(toAnswer), isAnyNew };
  }
}

/** The only type of a request, or how many there are. */
const typesOf = (publications: readonly Publication[]): string => {
  const types = new Set(publications.map(({ type }) => type));
  const [first] = types;
  return types.size === 1 && first !== undefined ? first : `${types.size} types`;
};

/** What `wardbell.publish()` takes; data is put in as text, so that no number is altered. */
const toJson = (publications: readonly Publication[]): string =>
  `[${publications
    .map(({ type, data, audience, cloudEvent }) => {
      const envelope = JSON.stringify({
        id: randomUUID(),
        type,
        ...(audience === null ? {} : { audience }),
        ...(cloudEvent === null ? {} : { cloud_event: cloudEvent.context, key: cloudEvent.key }),
      });
      return `${envelope.slice(0, -1)},"data":${data}}`;
    })
    .join(',')}]`;

const toAnswer = ({ id, seq, type, created_at }: Row): PublishedEvent => ({
  id,
  seq: Number(seq),
  type: EventTypeName.parse(type),
  timestamp: created_at.toISOString(),
});
