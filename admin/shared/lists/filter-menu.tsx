import { ActionIcon, Group, Loader, Text, UnstyledButton } from '@mantine/core';
import {
  IconCheck,
  IconPencil,
  IconStar,
  IconStarFilled,
  IconTrash,
  type TablerIcon,
} from '@tabler/icons-react';
import type { SavedFilter } from '@wardbell/contract';
import { type ListName, MAX_SAVED_FILTERS } from '@wardbell/contract/list-names';
import { useEffect, useId, useRef } from 'react';
import { describeFailure } from '../api/describe-failure';
import { FailureAlert } from '../components/failure-alert';
import { FailureNotice } from '../components/failure-notice';
import { formatMessage } from '../text/message';
import { useRoomText, useText } from '../text/text';
import type { Filter } from './kept';
import { FILTERS } from './messages';
import { NameForm } from './name-form';
import classes from './saved-filters.module.css';
import { useOwnLists, useSaveList } from './use-own-lists';

const isSame = (a: Filter, b: Filter): boolean =>
  Object.keys({ ...a, ...b }).every((name) => (a[name] ?? null) === (b[name] ?? null));

/** Where the focus goes when what has it goes away: to the button of a filter, or its pencil. */
interface FocusTarget {
  readonly name: string;
  readonly on: 'apply' | 'rename';
}

const Tool = ({
  icon: Icon,
  label,
  pressed,
  focusName,
  onClick,
}: {
  icon: TablerIcon;
  label: string;
  pressed?: boolean;
  focusName?: FocusTarget['on'];
  onClick: () => void;
}) => (
  <ActionIcon
    variant="subtle"
    color="gray"
    size="md"
    aria-label={label}
    title={label}
    aria-pressed={pressed}
    data-focus-name={focusName}
    onClick={onClick}
  >
    <Icon size={17} aria-hidden="true" />
  </ActionIcon>
);

export interface FilterMenuProps {
  readonly list: ListName;
  /** What the list is narrowed down to now, as it may be saved: without the text of a search, and without a patient. */
  readonly filter: Filter;
  readonly onApply: (filter: Filter) => void;
  /** The filter that is being renamed. */
  readonly renamed: string | null;
  readonly onRename: (name: string | null) => void;
  readonly onClose: () => void;
}

export const FilterMenu = ({ list, filter, onApply, renamed, onRename, onClose }: FilterMenuProps) => {
  const text = useText();
  const words = useRoomText(FILTERS);
  const titleId = useId();
  const lists = useOwnLists();
  const own = lists.data?.find((each) => each.list === list);
  const save = useSaveList();
  const filters = own?.filters ?? [];
  const defaultName = own?.default_filter ?? null;
  const names = filters.map(({ name }) => name);
  const isNarrowed = Object.keys(filter).length > 0;

  const menu = useRef<HTMLDivElement>(null);
  const focusTarget = useRef<FocusTarget | null>(null);
  // after each render: a filter of a new name is there with the next answer of the server
  useEffect(() => {
    const { name, on } = focusTarget.current ?? {};
    const row = [...(menu.current?.querySelectorAll('li') ?? [])][
      filters.findIndex((each) => each.name === name)
    ];
    const button = row?.querySelector<HTMLElement>(`[data-focus-name="${on}"]`);
    if (!button) return;
    focusTarget.current = null;
    button.focus();
  });
  const isGone = renamed !== null && lists.data !== undefined && !names.includes(renamed);
  useEffect(() => {
    if (isGone) onRename(null);
  }, [isGone, onRename]);
  const endRenaming = (name: string) => {
    focusTarget.current = { name, on: 'rename' };
    onRename(null);
  };

  const add = (name: string, onSaved: () => void) =>
    save.mutate(
      { list, change: (saved) => ({ filters: [...saved.filters, { name, filter }] }) },
      { onSuccess: onSaved },
    );
  const rename = (from: string, to: string) =>
    save.mutate(
      {
        list,
        change: (saved) => ({
          filters: saved.filters.map((each) => (each.name === from ? { ...each, name: to } : each)),
          default_filter: saved.default_filter === from ? to : saved.default_filter,
        }),
      },
      { onSuccess: () => endRenaming(to) },
    );
  const remove = (gone: string) => {
    const at = names.indexOf(gone);
    const neighbour = names[at + 1] ?? names[at - 1];
    save.mutate(
      {
        list,
        change: (saved) => ({
          filters: saved.filters.filter(({ name }) => name !== gone),
          default_filter: saved.default_filter === gone ? null : saved.default_filter,
        }),
      },
      {
        onSuccess: () => {
          if (neighbour === undefined) menu.current?.focus();
          else focusTarget.current = { name: neighbour, on: 'apply' };
        },
      },
    );
  };
  const makeDefault = (name: string | null) =>
    save.mutate({ list, change: () => ({ default_filter: name }) });

  const row = ({ name, filter: saved }: SavedFilter) => {
    const isDefault = name === defaultName;
    if (name === renamed) {
      return (
        <NameForm
          label={words.newName}
          action={words.rename}
          initial={name}
          taken={names}
          busy={save.isPending}
          onSubmit={(to) => rename(name, to)}
          onCancel={() => endRenaming(name)}
        />
      );
    }
    return (
      <Group gap={2} wrap="nowrap">
        <UnstyledButton
          className={classes.apply}
          data-focus-name="apply"
          aria-current={isSame(saved, filter) || undefined}
          onClick={() => {
            onApply(saved);
            onClose();
          }}
        >
          {isSame(saved, filter) && <IconCheck size={15} aria-hidden="true" />}
          <span className={classes.label} title={name}>
            {name}
          </span>
        </UnstyledButton>
        <Tool
          icon={isDefault ? IconStarFilled : IconStar}
          label={formatMessage(words.makeDefault, { name })}
          pressed={isDefault}
          onClick={() => makeDefault(isDefault ? null : name)}
        />
        <Tool
          icon={IconPencil}
          label={formatMessage(words.renameOf, { name })}
          focusName="rename"
          onClick={() => onRename(name)}
        />
        <Tool icon={IconTrash} label={formatMessage(words.removeOf, { name })} onClick={() => remove(name)} />
      </Group>
    );
  };
  return (
    <div ref={menu} className={classes.menu} tabIndex={-1}>
      <Text id={titleId} fw={650} size="sm">
        {words.title}
      </Text>
      {lists.data === undefined ? (
        lists.error ? (
          <FailureNotice error={lists.error} onRetry={() => void lists.refetch()} />
        ) : (
          <Loader size="sm" />
        )
      ) : filters.length > 0 ? (
        <ul className={classes.list} aria-labelledby={titleId}>
          {filters.map((each) => (
            <li key={each.name}>{row(each)}</li>
          ))}
        </ul>
      ) : (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      )}
      {defaultName !== null && (
        <Text size="xs" c="dimmed">
          {formatMessage(words.opensWith, { name: defaultName })}
        </Text>
      )}
      {lists.data === undefined ? null : filters.length >= MAX_SAVED_FILTERS ? (
        <Text size="sm" c="dimmed">
          {formatMessage(words.full, { max: MAX_SAVED_FILTERS })}
        </Text>
      ) : isNarrowed ? (
        <NameForm
          label={words.saveAs}
          action={words.save}
          taken={names}
          busy={save.isPending}
          onSubmit={add}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {words.nothingToSave}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {words.hint}
      </Text>
      <FailureAlert failure={save.error && describeFailure(save.error, text)} />
    </div>
  );
};
