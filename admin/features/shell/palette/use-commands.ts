import { useMantineColorScheme } from '@mantine/core';
import { fold } from '@wardbell/contract/folding';
import { useRouter } from 'next/navigation';
import { useMe, useSession } from '../../../shared/session/context';
import { LANGUAGE_TAGS, LANGUAGES } from '../../../shared/text/languages';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useWords } from '../../../shared/text/text';
import { useIdleWatch } from '../../lock/idle-context';
import { SHELL } from '../messages';
import { roomsOf } from '../rooms';
import { PALETTE } from './messages';
import { hasCreate, pressCreate, useGo } from './room-action';

export interface Command {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  /** What tells it from others with this label. */
  readonly detail?: string;
  /** A number of a record in the detail. */
  readonly number?: string;
  readonly run: () => void;
}

const SCHEMES = ['auto', 'light', 'dark'] as const;

/** What is created in a page, for those who may go there. */
const CREATIONS = [
  { id: 'patient', room: 'patients' },
  { id: 'book', room: 'schedule' },
  { id: 'notify', room: 'notifications' },
  { id: 'user', room: 'users' },
] as const;

/** What one's role can go to and do from anywhere. */
export const useCommands = (onShortcuts: () => void): readonly Command[] => {
  const words = useRoomText(SHELL).palette;
  const more = useRoomText(PALETTE);
  const { text, language, setLanguage } = useWords();
  const { role } = useMe();
  const session = useSession();
  const router = useRouter();
  const go = useGo();
  const watch = useIdleWatch();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { groups } = words;
  const rooms = roomsOf(role);
  const isAdmin = role === 'tenant_admin' || role === 'super_admin';
  const creations = CREATIONS.flatMap(({ id, room }) => {
    const path = rooms.find((each) => each.id === room)?.path;
    // Everybody has an inbox; only admins write.
    if (path === undefined || (id === 'notify' && !isAdmin)) return [];
    const run = () => {
      // a part of the page may stand there without the button, the import of patients for example
      if (window.location.pathname !== path || !hasCreate()) go(path);
      pressCreate(path);
    };
    return [{ id: `create-${id}`, group: more.groups.actions, label: more.actions[id], run }];
  });
  const schedule = rooms.find(({ id }) => id === 'schedule');
  return [
    ...rooms.map(({ id, path }) => ({
      id: `room-${id}`,
      group: groups.rooms,
      label: text.rooms[id],
      run: () => router.push(path),
    })),
    ...creations,
    ...(schedule
      ? [{ id: 'today', group: more.groups.actions, label: more.actions.today, run: () => go(schedule.path) }]
      : []),
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

/** Whether each typed word is the beginning of a word of the text. */
export const hasWords = (text: string, typed: string): boolean => {
  const there = fold(text).split(/[^\p{L}\p{N}]+/u);
  return fold(typed)
    .split(/\s+/)
    .every((word) => there.some((each) => each.startsWith(word)));
};

/** The commands with a word that begins with each typed word, in their order: a name should not find half of them. */
export const matching = (commands: readonly Command[], typed: string): readonly Command[] =>
  commands.filter(({ label, group }) => hasWords(`${label} ${group}`, typed));
