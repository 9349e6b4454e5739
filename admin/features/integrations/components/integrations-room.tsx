'use client';

import { Button, Tabs } from '@mantine/core';
import { IconDeviceTv, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import tabs from '../../../shared/room/tabs.module.css';
import { NEW_KEY, NEW_WEBHOOK } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import type { CreateForm } from './create-form';
import { DeadLetterList } from './dead-letter-list';
import { EventTypeList } from './event-type-list';
import { KeyList } from './key-list';
import { WebhookList } from './webhook-list';

const CreateBoardLink = lazily(async () => (await import('./create-board-link')).CreateBoardLink);

const TABS = ['keys', 'webhooks', 'deadLetters', 'eventTypes'] as const;
type Tab = (typeof TABS)[number];

/** The input of a form that a lock of the screen has closed. */
const NEW_INPUT: Readonly<Partial<Record<Tab, string>>> = { keys: NEW_KEY, webhooks: NEW_WEBHOOK };

/** How services of the clinic sign in, publish events and receive them. */
export const IntegrationsRoom = () => {
  const text = useText();
  const words = useRoomText(INTEGRATIONS);
  const address = useAddress();
  const tab: Tab = TABS.find((known) => known === address.get('tab')) ?? 'keys';
  const [isCreating, setCreating] = useState(() => hasInput(NEW_INPUT[tab] ?? ''));
  const [isLinking, setLinking] = useState(false);
  const createLabel = tab === 'deadLetters' ? null : words[tab].create;
  useHotkey('n', () => setCreating(createLabel !== null));
  const form: CreateForm = { isCreating, setCreating };
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      variant="pills"
      className={tabs.tabs}
      onChange={(next) => address.set({ tab: next === 'keys' ? null : next, id: null })}
    >
      <Room
        title={text.rooms.integrations}
        bar={
          <>
            <Tabs.List aria-label={words.tabs.label}>
              {TABS.map((name) => (
                <Tabs.Tab key={name} value={name} className={tabs.tab}>
                  {words.tabs[name]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {tab === 'keys' && (
              <Button
                variant="default"
                leftSection={<IconDeviceTv size={18} aria-hidden="true" />}
                onClick={() => setLinking(true)}
              >
                {words.keys.board.action}
              </Button>
            )}
            {createLabel !== null && (
              <Button
                leftSection={<IconPlus size={18} aria-hidden="true" />}
                aria-keyshortcuts="n"
                onClick={() => setCreating(true)}
              >
                {createLabel}
              </Button>
            )}
          </>
        }
      >
        <Tabs.Panel value="keys" className={tabs.panel}>
          <KeyList {...form} />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks" className={tabs.panel}>
          <WebhookList {...form} />
        </Tabs.Panel>
        <Tabs.Panel value="deadLetters" className={tabs.panel}>
          <DeadLetterList />
        </Tabs.Panel>
        <Tabs.Panel value="eventTypes" className={tabs.panel}>
          <EventTypeList {...form} />
        </Tabs.Panel>
        {isLinking && (
          <CreateBoardLink
            onClose={(created) => {
              setLinking(false);
              if (created) address.set({ id: created.id });
            }}
          />
        )}
      </Room>
    </Tabs>
  );
};
