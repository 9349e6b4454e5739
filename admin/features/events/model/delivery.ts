import { topicOf } from '@wardbell/contract/event-types';
import type { Answer, EndpointOf } from '../../../shared/api/types';
import type { EventFrame } from '../use-event-log';

export type Socket = Answer<EndpointOf<'GET', '/connections'>>['data'][number];

/**
 * What the registry can tell of an event and a socket that is open now: `given` to it, `waiting` for it,
 * `later`: opened after it, so that it came with a list or a replay if at all, `deaf`: not subscribed to it.
 */
export type Delivery = 'given' | 'waiting' | 'later' | 'deaf';

export const deliveryOf = (
  event: Pick<EventFrame, 'type' | 'seq' | 'timestamp'>,
  socket: Socket,
): Delivery => {
  if (!socket.topics.includes(topicOf(event.type))) return 'deaf';
  if (Date.parse(socket.connected_at) > Date.parse(event.timestamp)) return 'later';
  return socket.position !== null && socket.position >= event.seq ? 'given' : 'waiting';
};
