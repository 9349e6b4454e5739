import { useMemo } from 'react';
import { nameActor } from '../../../shared/api/actor-name';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { useMe } from '../../../shared/session/context';
import { useRoomText, useText } from '../../../shared/text/text';
import { EVENTS } from '../messages';
import type { EventFrame } from '../use-event-log';

/** Who made an event, as far as it says so. */
export const useActorName = (): ((event: Pick<EventFrame, 'actor_id' | 'actor_role'>) => string | null) => {
  const names = useColleagueNames();
  const text = useText();
  const { you } = useRoomText(EVENTS);
  const { id: myId } = useMe();
  return useMemo(
    () =>
      ({ actor_id, actor_role }) =>
        actor_id === undefined
          ? null
          : nameActor({ id: actor_id, role: actor_role }, { text, names, myId, you }),
    [names, myId, text, you],
  );
};
