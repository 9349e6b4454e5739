'use client';

import { useEffect, useRef } from 'react';
import type { ApplicationData, EventName, EventOf } from '../events.js';
import { useClient } from './provider.js';

/**
 * Calls the handler for each event of these types (`*`: of any) while the component is mounted. The handler may be a
 * new function in each render. Past events are not repeated; for lists use `useLiveQuery`.
 */
export const useEvents = <
  App extends ApplicationData = Record<never, object>,
  Type extends EventName<App> = EventName<App>,
>(
  types: Type | readonly Type[],
  handler: (event: EventOf<App, Type>) => void,
): void => {
  const client = useClient<App>();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  // Joined to a string, because an inline array is a new object in each render. Types contain no blanks.
  const key = typeof types === 'string' ? types : types.join(' ');
  useEffect(() => {
    const stops = key.split(' ').map((type) => client.on(type as Type, (event) => latest.current(event)));
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, key]);
};
