'use client';

import { ActionIcon, Button, Tabs } from '@mantine/core';
import { IconBellOff, IconPlus, IconSend, IconSettings } from '@tabler/icons-react';
import { useState } from 'react';
import { Notice } from '../../../shared/components/notice';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import tabs from '../../../shared/room/tabs.module.css';
import { useMe } from '../../../shared/session/context';
import { NEW_NOTIFICATION } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import type { NotificationDraft } from '../model/draft';
import { Inbox } from './inbox';

const Compose = lazily(async () => (await import('./compose')).Compose);
const Preferences = lazily(async () => (await import('./preferences')).Preferences);
const Sent = lazily(async () => (await import('./sent')).Sent);
const Policies = lazily(async () => (await import('./policies')).Policies);
const Statistics = lazily(async () => (await import('./statistics')).Statistics);

const TABS = ['inbox', 'sent', 'policies', 'statistics'] as const;
type Tab = (typeof TABS)[number];

const SettingsButton = ({ onClick }: { onClick: () => void }) => {
  const { action } = useRoomText(NOTIFICATIONS).preferences;
  return (
    <ActionIcon variant="default" size="lg" aria-label={action} title={action} onClick={onClick}>
      <IconSettings size={20} stroke={1.7} aria-hidden="true" />
    </ActionIcon>
  );
};

/** What super admins have instead of an inbox. */
const NoInbox = ({ onCompose }: { onCompose: () => void }) => {
  const words = useRoomText(NOTIFICATIONS);
  return (
    <div className={room.sheet}>
      <div className={room.notice} role="status">
        <Notice icon={IconBellOff} title={words.empty.title} hint={words.empty.hintSuper}>
          <Button onClick={onCompose}>{words.compose.action}</Button>
        </Notice>
      </div>
      <div className={room.status}>
        <span>{words.source.none}</span>
      </div>
    </div>
  );
};

/** The inbox of a person; for those who send also what was sent, how it escalates, and how fast it was. */
export const NotificationsRoom = () => {
  const words = useRoomText(NOTIFICATIONS);
  const { role } = useMe();
  const address = useAddress();
  const [draft, setDraft] = useState<Partial<NotificationDraft> | null>(() =>
    hasInput(NEW_NOTIFICATION) ? {} : null,
  );
  const [isSettingUp, setSettingUp] = useState(false);
  const [isCreating, setCreating] = useState(false);
  const isSuper = role === 'super_admin';
  const isAdmin = role === 'tenant_admin';
  const tab: Tab = (isAdmin && TABS.find((known) => known === address.get('tab'))) || 'inbox';
  const create = () => (tab === 'policies' ? setCreating(true) : setDraft({}));
  useHotkey('n', () => (isSuper || isAdmin) && create());
  const showTab = (next: string | null, id: string | null = null) =>
    address.set({ tab: next === 'inbox' ? null : next, id, list: null });
  const dialogs = (
    <>
      {draft !== null && (
        <Compose
          initial={draft}
          onClose={() => setDraft(null)}
          onSent={(id) => isAdmin && showTab('sent', id)}
        />
      )}
      {isSettingUp && <Preferences onClose={() => setSettingUp(false)} />}
    </>
  );
  const createButton = (
    <Button
      leftSection={
        tab === 'policies' ? (
          <IconPlus size={18} aria-hidden="true" />
        ) : (
          <IconSend size={18} aria-hidden="true" />
        )
      }
      aria-keyshortcuts="n"
      onClick={create}
    >
      {tab === 'policies' ? words.policies.create : words.compose.action}
    </Button>
  );
  if (!isAdmin) {
    return (
      <Room
        title={words.title}
        bar={isSuper ? createButton : <SettingsButton onClick={() => setSettingUp(true)} />}
      >
        {isSuper ? <NoInbox onCompose={create} /> : <Inbox />}
        {dialogs}
      </Room>
    );
  }
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      variant="pills"
      className={tabs.tabs}
      onChange={(next) => showTab(next)}
    >
      <Room
        title={words.title}
        bar={
          <>
            <Tabs.List aria-label={words.tabs.label}>
              {TABS.map((name) => (
                <Tabs.Tab key={name} value={name} className={tabs.tab}>
                  {words.tabs[name]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <SettingsButton onClick={() => setSettingUp(true)} />
            {createButton}
          </>
        }
      >
        <Tabs.Panel value="inbox" className={tabs.panel}>
          <Inbox />
        </Tabs.Panel>
        <Tabs.Panel value="sent" className={tabs.panel}>
          <Sent />
        </Tabs.Panel>
        <Tabs.Panel value="policies" className={tabs.panel}>
          <Policies
            isCreating={isCreating}
            onCreating={setCreating}
            onDrill={({ id, name }) =>
              setDraft({
                title: formatMessage(words.policies.drillTitle, { name }),
                message: words.policies.drillMessage,
                level: 'warning',
                requiresAck: true,
                policyId: id,
                isDrill: true,
              })
            }
          />
        </Tabs.Panel>
        <Tabs.Panel value="statistics" className={tabs.panel}>
          <Statistics />
        </Tabs.Panel>
        {dialogs}
      </Room>
    </Tabs>
  );
};
