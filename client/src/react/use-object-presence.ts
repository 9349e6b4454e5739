'use client';

import type { ObjectPresence, WorkingOn } from '@wardbell/contract';
import { useEffect, useState } from 'react';
import { workOn } from '../work.js';
import { useClient } from './provider.js';
import { useEvents } from './use-events.js';

/** One who is at an object. */
export type PersonAtObject = ObjectPresence['people'][number];

const NOBODY: readonly PersonAtObject[] = [];

/**
 * Says that this person looks at an object or edits it while the component is mounted, and returns everybody who does,
 * this person included; nobody while the connection is not live. The client must follow the topic `presence`, as it
 * does unless it was given other topics or types.
 *
 * @example
 *   const people = useObjectPresence({ kind: 'patient', id, activity: 'editing' });
 */
export const useObjectPresence = ({ kind, id, activity }: WorkingOn): readonly PersonAtObject[] => {
  const client = useClient();
  const [shown, setShown] = useState<ObjectPresence | null>(null);
  // before `workOn`, which is answered with a frame
  useEvents('object_presence', ({ data }) => {
    if (data.kind === kind && data.id === id.toLowerCase()) setShown(data);
  });
  useEffect(() => workOn(client, { kind, id, activity }), [client, kind, id, activity]);
  useEffect(
    () =>
      client.onState(({ status }) => {
        if (status !== 'live') setShown(null);
      }),
    [client],
  );
  return shown?.kind === kind && shown.id === id.toLowerCase() ? shown.people : NOBODY;
};
