'use client';

import {
  type MantineColorScheme,
  Menu,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useMe, useSession } from '../../lib/session/context';
import { isLanguage, LANGUAGES, useWords } from '../../lib/text/text';
import classes from './user-menu.module.css';

/** Two letters for a person: of first and last name, else of the address. */
export const initialsOf = (name: string): string => {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => word?.slice(0, 1) ?? '')
    .join('')
    .toUpperCase();
};

const SCHEMES: readonly string[] = ['auto', 'light', 'dark'] satisfies MantineColorScheme[];
const isScheme = (value: string): value is MantineColorScheme => SCHEMES.includes(value);

/** Who one is, how the console looks and speaks, and the way out. */
export const UserMenu = () => {
  const me = useMe();
  const session = useSession();
  const { text, language, setLanguage } = useWords();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = me.name ?? me.email ?? text.app.you;
  return (
    <Menu
      position="bottom-end"
      width={264}
      shadow="md"
      withinPortal={false}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <UnstyledButton className={classes.avatar}>
          <span aria-hidden="true">{initialsOf(name)}</span>
          <VisuallyHidden>{text.user.menu(name)}</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.person}>
          <strong>{name}</strong>
          {me.email !== null && me.email !== name && <span>{me.email}</span>}
          <span>{text.roles[me.role]}</span>
        </div>
        <Menu.Divider />
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(scheme) => isScheme(scheme) && setColorScheme(scheme)}
        >
          <Menu.Label>{text.user.appearance}</Menu.Label>
          <Menu.RadioItem value="auto">{text.user.system}</Menu.RadioItem>
          <Menu.RadioItem value="light">{text.user.light}</Menu.RadioItem>
          <Menu.RadioItem value="dark">{text.user.dark}</Menu.RadioItem>
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.RadioGroup value={language} onChange={(tag) => isLanguage(tag) && setLanguage(tag)}>
          <Menu.Label>{text.language.label}</Menu.Label>
          {Object.entries(LANGUAGES).map(([tag, label]) => (
            <Menu.RadioItem key={tag} value={tag} lang={tag}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void session.signOut()}>
          {text.user.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
