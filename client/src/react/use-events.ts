import { useEffect, useRef } from 'react';
import type { EventOf } from '../events.js';
import { useClient } from './provider.js';

type Heard<Type extends string> = EventOf<Record<never, object>, Type>;

/**
 * Calls the handler for each event of these types (`*`: of any) while the component is mounted. The handler may
 * be a new function in each render. Events of the past are not repeated: for lists use `useLiveQuery`.
 */
export const useEvents = <Type extends string>(
  types: Type | readonly Type[],
  handler: (event: Heard<Type>) => void,
): void => {
  const client = useClient();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  // One string, so that an array written in the call is not another one in each render; types have no blanks.
  const key = typeof types === 'string' ? types : types.join(' ');
  useEffect(() => {
    const stops = key.split(' ').map((type) => client.on(type as Type, (event) => latest.current(event)));
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, key]);
};
