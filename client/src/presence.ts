/** A row of `GET /presence`. */
export interface Presence {
  readonly user_id: string;
  readonly status: 'online' | 'offline';
  /** When the status last changed; RFC 3339. After a frame, the time of its arrival. */
  readonly since: string;
  /** As of the load. */
  readonly connections: number;
}

/** The answer of `GET /presence`. */
export interface PresenceList {
  readonly data: readonly Presence[];
}

/** Applies a `user_status` frame to a list. */
export const withStatus = (
  list: PresenceList,
  { user_id, status }: Pick<Presence, 'user_id' | 'status'>,
  nowMs: number,
): PresenceList => {
  const known = list.data.find((row) => row.user_id === user_id);
  if (known?.status === status) return list;
  const connections = status === 'online' ? 1 : 0;
  const row: Presence = { user_id, status, since: new Date(nowMs).toISOString(), connections };
  return {
    ...list,
    data: known ? list.data.map((each) => (each === known ? row : each)) : [...list.data, row],
  };
};
