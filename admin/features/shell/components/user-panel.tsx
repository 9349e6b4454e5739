'use client';

import { type MantineColorScheme, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconKey, IconLogout } from '@tabler/icons-react';
import { Choice } from '../../../shared/components/choice';
import { LanguageChoice } from '../../../shared/components/language-choice';
import { useMe, useSession } from '../../../shared/session/context';
import { useRoomText, useText } from '../../../shared/text/text';
import { SHELL } from '../messages';
import classes from './user-menu.module.css';

const SCHEMES = ['auto', 'light', 'dark'] satisfies MantineColorScheme[];

/** Who one is, how the console looks and speaks, and the way out. */
export const UserPanel = ({ name, onAccount }: { name: string; onAccount: () => void }) => {
  const me = useMe();
  const session = useSession();
  const text = useText();
  const words = useRoomText(SHELL).user;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const schemeNames = { auto: words.system, light: words.light, dark: words.dark };
  return (
    <>
      <div className={classes.person}>
        <strong>{name}</strong>
        {me.email !== null && me.email !== name && <span>{me.email}</span>}
        <span>{text.roles[me.role]}</span>
      </div>
      <div className={classes.choice}>
        <Choice
          legend={words.appearance}
          options={SCHEMES.map((value) => ({ value, label: schemeNames[value] }))}
          value={colorScheme}
          onChange={setColorScheme}
        />
      </div>
      <div className={classes.choice}>
        <LanguageChoice />
      </div>
      <UnstyledButton className={classes.signOut} onClick={onAccount}>
        <IconKey size={18} aria-hidden="true" />
        {words.account}
      </UnstyledButton>
      <UnstyledButton className={classes.signOut} onClick={() => void session.signOut()}>
        <IconLogout size={18} aria-hidden="true" />
        {words.signOut}
      </UnstyledButton>
    </>
  );
};
