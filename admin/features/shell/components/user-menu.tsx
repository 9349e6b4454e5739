'use client';

import {
  type MantineColorScheme,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { IconKey, IconLogout } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { Disclosure } from '../../../shared/components/disclosure';
import { initialsOf } from '../../../shared/components/initials';
import { lazily } from '../../../shared/lazily';
import { useMe, useSession } from '../../../shared/session/context';
import { LANGUAGE_TAGS, LANGUAGES } from '../../../shared/text/languages';
import { formatMessage } from '../../../shared/text/message';
import { useWords } from '../../../shared/text/text';
import classes from './user-menu.module.css';

const AccountDrawer = lazily(async () => (await import('../../account/account-drawer')).AccountDrawer);

const SCHEMES = ['auto', 'light', 'dark'] satisfies MantineColorScheme[];

/** One of a few, as a row of radio buttons that look like one control. */
const Choice = <Value extends string>({
  legend,
  options,
  value,
  onChange,
}: {
  legend: string;
  options: readonly { readonly value: Value; readonly label: string; readonly lang?: string }[];
  value: Value;
  onChange: (value: Value) => void;
}) => {
  const name = useId();
  return (
    <fieldset className={classes.choice}>
      <legend>{legend}</legend>
      <div className={classes.options}>
        {options.map((option) => (
          <label key={option.value} lang={option.lang}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
};

/** Who one is, how the console looks and speaks, and the way out. */
export const UserMenu = () => {
  const me = useMe();
  const session = useSession();
  const { text, language, setLanguage } = useWords();
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
        <Choice
          legend={text.user.appearance}
          options={SCHEMES.map((value) => ({ value, label: schemeNames[value] }))}
          value={colorScheme}
          onChange={setColorScheme}
        />
        <Choice
          legend={text.language.label}
          options={LANGUAGE_TAGS.map((value) => ({ value, label: LANGUAGES[value], lang: value }))}
          value={language}
          onChange={setLanguage}
        />
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
