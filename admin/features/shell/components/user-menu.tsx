'use client';

import { VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { Disclosure } from '../../../shared/components/disclosure';
import { initialsOf } from '../../../shared/components/initials';
import { lazily } from '../../../shared/lazily';
import { useMe } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useText } from '../../../shared/text/text';
import classes from './user-menu.module.css';

const UserPanel = lazily(async () => (await import('./user-panel')).UserPanel);
const AccountDrawer = lazily(async () => (await import('../../account/account-drawer')).AccountDrawer);

/** The button of the account, and what it opens. */
export const UserMenu = () => {
  const me = useMe();
  const text = useText();
  const [isAccountOpen, setAccountOpen] = useState(false);
  const name = me.name ?? me.email ?? text.app.you;
  const label = formatMessage(text.user.menu, { name });
  return (
    <>
      <Disclosure
        label={label}
        className={classes.avatar}
        button={
          <>
            <span aria-hidden="true">{initialsOf(name)}</span>
            <VisuallyHidden>{label}</VisuallyHidden>
          </>
        }
      >
        <UserPanel name={name} onAccount={() => setAccountOpen(true)} />
      </Disclosure>
      {isAccountOpen && <AccountDrawer onClose={() => setAccountOpen(false)} />}
    </>
  );
};
