'use client';

import { useEvents } from '@wardbell/client/react';
import { useMe } from '../../../shared/session/context';
import { receive } from '../model/inbox';

/**
 * Keeps the notifications that come while a person is signed in, whatever room or lock is on the screen. A super
 * admin's stream says only that clinics notified their people: that concerns nobody here.
 */
export const NotificationWatch = () => {
  const me = useMe();
  useEvents('system_notification', ({ id, seq, timestamp, actor_id, data }) => {
    if (me.role !== 'super_admin') receive(me.id, { ...data, id, seq, timestamp, actor_id });
  });
  return null;
};
