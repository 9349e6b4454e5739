'use client';

import { Kbd, UnstyledButton } from '@mantine/core';
import {
  IconActivityHeartbeat,
  IconBell,
  IconBuildingHospital,
  IconCalendarTime,
  IconGauge,
  IconHistory,
  IconPlugConnected,
  IconServerBolt,
  IconShieldLock,
  IconStethoscope,
  IconTimelineEvent,
  IconUsers,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';
import { usePathname } from 'next/navigation';
import { Link } from '../../../shared/components/link';
import { lazily } from '../../../shared/lazily';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useText } from '../../../shared/text/text';
import { openPalette } from '../palette/opener';
import { type Room, roomsOf } from '../rooms';
import classes from './navigation.module.css';

/** It comes behind the room, for those who review. */
const OpenCount = lazily(async () => (await import('../../reviews/open-count')).OpenCount);
const FirstSteps = lazily(async () => (await import('../../first-steps/first-steps')).FirstSteps);

const ICONS: Record<Room['id'], TablerIcon> = {
  patients: IconStethoscope,
  schedule: IconCalendarTime,
  notifications: IconBell,
  connections: IconPlugConnected,
  limits: IconGauge,
  events: IconTimelineEvent,
  integrations: IconWebhook,
  gateways: IconServerBolt,
  'clinic-setup': IconBuildingHospital,
  users: IconUsers,
  security: IconShieldLock,
  audit: IconHistory,
  tenants: IconBuildingHospital,
  system: IconActivityHeartbeat,
};

/** The rooms of one's role. */
export const Navigation = () => {
  const text = useText();
  const { role } = useMe();
  const path = usePathname();
  const { timeZone, isElsewhere } = useFormats();
  return (
    <nav aria-label={text.app.navigation} className={classes.navigation}>
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
                {room.id === 'audit' && role === 'tenant_admin' && <OpenCount />}
              </Link>
            </li>
          );
        })}
      </ul>
      {role === 'tenant_admin' && <FirstSteps />}
      {isElsewhere && <p className={classes.zone}>{formatMessage(text.app.zone, { zone: timeZone })}</p>}
      <UnstyledButton className={classes.commands} aria-keyshortcuts="Control+K Meta+K" onClick={openPalette}>
        {text.app.commands}
        <Kbd aria-hidden="true" size="xs">
          {text.app.commandsKey}
        </Kbd>
      </UnstyledButton>
    </nav>
  );
};
