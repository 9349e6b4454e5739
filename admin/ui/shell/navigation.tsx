'use client';

import { IconUsers, type TablerIcon } from '@tabler/icons-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { type Room, roomsOf } from '../../lib/rooms';
import { useMe } from '../../lib/session/context';
import { useText } from '../../lib/text/text';
import classes from './navigation.module.css';

const ICONS: Record<Room['id'], TablerIcon> = { patients: IconUsers };

/** The rooms of one's role. */
export const Navigation = () => {
  const text = useText();
  const { role } = useMe();
  const path = usePathname();
  return (
    <nav aria-label={text.app.navigation}>
      <ul className={classes.list}>
        {roomsOf(role).map((room) => {
          const Icon = ICONS[room.id];
          return (
            <li key={room.id}>
              <Link
                href={room.path}
                className={classes.link}
                aria-current={path === room.path ? 'page' : undefined}
              >
                <Icon size={20} stroke={1.7} aria-hidden="true" />
                {text.rooms[room.id]}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
};
