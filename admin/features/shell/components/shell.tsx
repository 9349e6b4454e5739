'use client';

import { Burger } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useConnection } from '@wardbell/client/react';
import { usePathname } from 'next/navigation';
import { type ReactNode, useEffect } from 'react';
import { Logo } from '../../../shared/components/logo';
import { nameToastClose, useHasToasts } from '../../../shared/components/toast';
import { useSettled } from '../../../shared/hooks/use-settled';
import { lazily } from '../../../shared/lazily';
import { useMe } from '../../../shared/session/context';
import { rememberClinic } from '../../../shared/session/last-clinic';
import { useText } from '../../../shared/text/text';
import { ConnectionIndicator } from '../connection/indicator';
import { CommandKeys } from '../palette/command-keys';
import { Navigation } from './navigation';
import { RoomGuard } from './room-guard';
import classes from './shell.module.css';
import { useReadiness } from './use-readiness';
import { UserMenu } from './user-menu';

/** Who has stayed for so long stays on: then what may be wanted without a network is fetched. */
const READY_MS = 6_000;

/** They come behind the room: the first thing on the screen is what one came for. */
const Bell = lazily(
  async () => (await import('../../notifications/components/bell')).Bell,
  () => <span className={classes.bellPlace} />,
);
const PeopleHere = lazily(
  async () => (await import('../../presence/components/people-here')).PeopleHere,
  () => <span className={classes.bellPlace} />,
);
const Reauthentication = lazily(async () => (await import('./reauthentication')).Reauthentication);
const Notices = lazily(async () => (await import('../../notifications/components/notices')).Notices);
const ListSync = lazily(async () => (await import('../../../shared/lists/list-sync')).ListSync);
const Toasts = lazily(async () => (await import('../../../shared/components/toasts')).Toasts);

/** The frame around every room: where one is, who one is, and whether what one sees is complete. */
export const Shell = ({ children }: { children: ReactNode }) => {
  const text = useText();
  const me = useMe();
  const [opened, { toggle, close }] = useDisclosure(false);
  const path = usePathname();
  const { state } = useConnection();
  const settled = useSettled(state.status !== 'connecting' && state.status !== 'replaying');
  useReadiness(useSettled(settled, READY_MS));
  const toastsWanted = useHasToasts();
  useEffect(() => nameToastClose(text.app.close), [text]);
  useEffect(() => rememberClinic(me.tenant?.name ?? null), [me]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new room closes the navigation on narrow screens
  useEffect(close, [path]);
  return (
    <div className={classes.shell}>
      <a href="#room" className={classes.skip}>
        {text.app.skipToContent}
      </a>
      <header className={classes.header}>
        <Burger
          opened={opened}
          onClick={toggle}
          hiddenFrom="sm"
          size="sm"
          aria-label={opened ? text.app.closeNavigation : text.app.openNavigation}
          aria-expanded={opened}
        />
        <div className={classes.brand}>
          <Logo size={28} />
          <span className={classes.names}>
            <span className={classes.product}>{text.app.name}</span>
            {me.tenant && (
              <span className={classes.clinic} title={me.tenant.name}>
                {me.tenant.name}
              </span>
            )}
          </span>
        </div>
        <ConnectionIndicator />
        {me.tenant && (settled ? <PeopleHere /> : <span className={classes.bellPlace} />)}
        {settled ? <Bell /> : <span className={classes.bellPlace} />}
        <UserMenu />
      </header>
      <div className={classes.navbar} data-opened={opened || undefined}>
        <Navigation />
      </div>
      <CommandKeys />
      {settled && <Reauthentication />}
      {settled && <ListSync />}
      {settled && me.tenant && <Notices />}
      {toastsWanted && <Toasts />}
      <main className={classes.main} id="room" tabIndex={-1}>
        <RoomGuard>{children}</RoomGuard>
      </main>
    </div>
  );
};
