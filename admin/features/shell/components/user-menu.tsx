'use client';

import {
  type MantineColorScheme,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { IconKey, IconLogout } from '@tabler/icons-react';
import { useState } from 'react';
import { Choice } from '../../../shared/components/choice';
import { Disclosure } from '../../../shared/components/disclosure';
import { initialsOf } from '../../../shared/components/initials';
import { LanguageChoice } from '../../../shared/components/language-choice';
import { lazily } from '../../../shared/lazily';
import { useMe, useSession } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useText } from '../../../shared/text/text';
import classes from './user-menu.module.css';

const AccountDrawer = lazily(async () => (await import('../../account/account-drawer')).AccountDrawer);

const SCHEMES = ['auto', 'light', 'dark'] satisfies MantineColorScheme[];

/** Who one is, how the console looks and speaks, and the way out. */
export const UserMenu = () => {
  const me = useMe();
  const session = useSession();
  const text = useText();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [isAccountOpen, setAccountOpen] = useState(false);
  const name = me.name ?? me.email ?? text.app.you;
  const schemeNames = { auto: text.user.system, light: text.user.light, dark: text.user.dark };
  return (
    <>
      <Disclosure
        label={formatMessage(text.user.menu, { name })}
        className={classes.avatar}
        button={
          <>
            <span aria-hidden="true">{initialsOf(name)}</span>
            <VisuallyHidden>{formatMessage(text.user.menu, { name })}</VisuallyHidden>
          </>
        }
      >
        <div className={classes.person}>
          <strong>{name}</strong>
          {me.email !== null && me.email !== name && <span>{me.email}</span>}
          <span>{text.roles[me.role]}</span>
        </div>
        <div className={classes.choice}>
          <Choice
            legend={text.user.appearance}
            options={SCHEMES.map((value) => ({ value, label: schemeNames[value] }))}
            value={colorScheme}
            onChange={setColorScheme}
          />
        </div>
        <div className={classes.choice}>
          <LanguageChoice />
        </div>
        <UnstyledButton className={classes.signOut} onClick={() => setAccountOpen(true)}>
          <IconKey size={18} aria-hidden="true" />
          {text.user.account}
        </UnstyledButton>
        <UnstyledButton className={classes.signOut} onClick={() => void session.signOut()}>
          <IconLogout size={18} aria-hidden="true" />
          {text.user.signOut}
        </UnstyledButton>
      </Disclosure>
      {isAccountOpen && <AccountDrawer onClose={() => setAccountOpen(false)} />}
    </>
  );
};
