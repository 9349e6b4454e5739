'use client';

import { ActionIcon, Button } from '@mantine/core';
import { IconBellOff, IconSend, IconSettings } from '@tabler/icons-react';
import { useState } from 'react';
import { Notice } from '../../../shared/components/notice';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useMe } from '../../../shared/session/context';
import { NEW_NOTIFICATION } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { Inbox } from './inbox';

const Compose = lazily(async () => (await import('./compose')).Compose);
const Preferences = lazily(async () => (await import('./preferences')).Preferences);

/** What has been told: the inbox, and for those who tell, what they have sent. */
export const NotificationsRoom = () => {
  const words = useRoomText(NOTIFICATIONS);
  const { role } = useMe();
  const [isComposing, setComposing] = useState(() => hasInput(NEW_NOTIFICATION));
  const [isSettingUp, setSettingUp] = useState(false);
  const isSuper = role === 'super_admin';
  const tells = isSuper || role === 'tenant_admin';
  const compose = () => setComposing(true);
  useHotkey('n', () => tells && compose());
  return (
    <Room
      title={words.title}
      bar={
        <>
          {!isSuper && (
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={words.preferences.action}
              title={words.preferences.action}
              onClick={() => setSettingUp(true)}
            >
              <IconSettings size={20} stroke={1.7} aria-hidden="true" />
            </ActionIcon>
          )}
          {tells && (
            <Button
              leftSection={<IconSend size={18} aria-hidden="true" />}
              aria-keyshortcuts="n"
              onClick={compose}
            >
              {words.compose.action}
            </Button>
          )}
        </>
      }
    >
      {isSuper ? (
        <div className={room.sheet}>
          <div className={room.notice} role="status">
            <Notice icon={IconBellOff} title={words.empty.title} hint={words.empty.hintSuper}>
              <Button onClick={compose}>{words.compose.action}</Button>
            </Notice>
          </div>
          <div className={room.status}>
            <span>{words.source.none}</span>
          </div>
        </div>
      ) : (
        <Inbox />
      )}
      {isComposing && <Compose onClose={() => setComposing(false)} />}
      {isSettingUp && <Preferences onClose={() => setSettingUp(false)} />}
    </Room>
  );
};
