import { useMantineColorScheme } from '@mantine/core';
import { useRouter } from 'next/navigation';
import { useMe, useSession } from '../../../shared/session/context';
import { LANGUAGE_TAGS, LANGUAGES } from '../../../shared/text/languages';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useWords } from '../../../shared/text/text';
import { useIdleWatch } from '../../lock/idle-context';
import { SHELL } from '../messages';
import { roomsOf } from '../rooms';

export interface Command {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly run: () => void;
}

const SCHEMES = ['auto', 'light', 'dark'] as const;

/** What one's role can go to and do from anywhere. */
export const useCommands = (onShortcuts: () => void): readonly Command[] => {
  const words = useRoomText(SHELL).palette;
  const { text, language, setLanguage } = useWords();
  const { role } = useMe();
  const session = useSession();
  const router = useRouter();
  const watch = useIdleWatch();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { groups } = words;
  return [
    ...roomsOf(role).map(({ id, path }) => ({
      id: `room-${id}`,
      group: groups.rooms,
      label: text.rooms[id],
      run: () => router.push(path),
    })),
    ...SCHEMES.filter((scheme) => scheme !== colorScheme).map((scheme) => ({
      id: `theme-${scheme}`,
      group: groups.screen,
      label: words.theme[scheme],
      run: () => setColorScheme(scheme),
    })),
    ...LANGUAGE_TAGS.filter((tag) => tag !== language).map((tag) => ({
      id: `language-${tag}`,
      group: groups.screen,
      label: formatMessage(words.language, { name: LANGUAGES[tag] }),
      run: () => setLanguage(tag),
    })),
    { id: 'shortcuts', group: groups.screen, label: words.shortcuts, run: onShortcuts },
    { id: 'lock', group: groups.account, label: words.lock, run: () => watch.lock() },
    { id: 'sign-out', group: groups.account, label: words.signOut, run: () => void session.signOut() },
  ];
};

const fold = (value: string): string =>
  value
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();

/** The commands that every typed word is found in, in their order. */
export const matching = (commands: readonly Command[], typed: string): readonly Command[] => {
  const wanted = fold(typed).split(/\s+/).filter(Boolean);
  return commands.filter(({ label, group }) =>
    wanted.every((word) => fold(`${label} ${group}`).includes(word)),
  );
};
