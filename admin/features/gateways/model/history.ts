/** A change of the status of a gateway. */
export interface Change {
  readonly seq: number;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  /** A user, `key:<id>` or `SYSTEM_ACTOR` (silence). */
  readonly actorId: string | undefined;
}

interface StatusEvent {
  readonly seq: number;
  readonly timestamp: string;
  readonly actor_id?: string | undefined;
  readonly data: {
    readonly gateway_id?: unknown;
    readonly previous_status?: unknown;
    readonly current_status?: unknown;
  };
}

/** The changes of one gateway among events of the type `gateway_status_change`, in their order. */
export const changesOf = (events: readonly StatusEvent[], gatewayId: string): readonly Change[] =>
  events
    .filter(({ data }) => data.gateway_id === gatewayId)
    .map(({ seq, timestamp, actor_id, data }) => ({
      seq,
      at: timestamp,
      from: String(data.previous_status),
      to: String(data.current_status),
      actorId: actor_id,
    }));
