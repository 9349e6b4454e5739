import { useMemo } from 'react';
import { useRoomText, useText } from '../../../shared/text/text';
import { AUDIT } from '../../audit/messages';
import { GATEWAYS } from '../../gateways/messages';
import { NOTIFICATIONS } from '../../notifications/messages';
import { EVENTS } from '../messages';
import { summaryOf } from '../model/summary';
import type { EventFrame } from '../use-event-log';
import { useActorName } from './use-actor-name';

/** How an event is said: what happened, and to what. */
export interface EventWords {
  /** A type of an application, which has no words here, as it is. */
  readonly typeOf: (type: string) => string;
  readonly summaryOf: (event: EventFrame) => string;
}

export const useEventWords = (): EventWords => {
  const text = useText();
  const words = useRoomText(EVENTS);
  const { objects } = useRoomText(AUDIT);
  const { status: gatewayStatuses } = useRoomText(GATEWAYS);
  const { state: noticeStates } = useRoomText(NOTIFICATIONS).inbox;
  const nameOf = useActorName();
  return useMemo(() => {
    const types = new Map(Object.entries(words.types));
    const said = {
      ...words,
      objects,
      gatewayStatuses,
      noticeStates,
      statuses: text.appointment.status,
      person: (id: string) => nameOf({ actor_id: id }) ?? id,
    };
    return {
      typeOf: (type) => types.get(type) ?? type,
      summaryOf: (event) => summaryOf(event, said),
    };
  }, [text, words, objects, gatewayStatuses, noticeStates, nameOf]);
};
