'use client';

import dynamic from 'next/dynamic';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { ROOMS } from '../../lib/rooms';
import { useMe } from '../../lib/session/context';

const NotYours = dynamic(async () => (await import('./not-yours')).NotYours, { ssr: false });

/** Says at the door that a room is not for one's role, instead of showing one where every request is refused. */
export const RoomGuard = ({ children }: { children: ReactNode }) => {
  const { role } = useMe();
  const path = usePathname();
  const room = ROOMS.find((one) => one.path === path);
  return room && !room.roles.includes(role) ? <NotYours /> : children;
};
