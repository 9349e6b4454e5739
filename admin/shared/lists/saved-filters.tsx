'use client';

import { ActionIcon, Button, Group, Popover, Text, TextInput, UnstyledButton } from '@mantine/core';
import {
  IconBookmark,
  IconCheck,
  IconPencil,
  IconStar,
  IconStarFilled,
  IconTrash,
  type TablerIcon,
} from '@tabler/icons-react';
import type { SavedFilter } from '@wardbell/contract';
import type { ListName } from '@wardbell/contract/list-names';
import { type FormEvent, useId, useState } from 'react';
import { describeFailure } from '../api/describe-failure';
import { FailureAlert } from '../components/failure-alert';
import { formatMessage } from '../text/message';
import { useRoomText, useText } from '../text/text';
import type { Filter } from './kept';
import { FILTERS } from './messages';
import classes from './saved-filters.module.css';
import { useOwnLists, useSaveList } from './use-own-lists';

const MAX_NAME = 60;

const isSame = (a: Filter, b: Filter): boolean =>
  Object.keys({ ...a, ...b }).every((name) => (a[name] ?? null) === (b[name] ?? null));

const Tool = ({
  icon: Icon,
  label,
  pressed,
  onClick,
}: {
  icon: TablerIcon;
  label: string;
  pressed?: boolean;
  onClick: () => void;
}) => (
  <ActionIcon
    variant="subtle"
    color="gray"
    size="md"
    aria-label={label}
    title={label}
    aria-pressed={pressed}
    onClick={onClick}
  >
    <Icon size={17} aria-hidden="true" />
  </ActionIcon>
);

/** A field for a name, with a button. */
const NameForm = ({
  label,
  action,
  initial = '',
  taken,
  busy,
  onSubmit,
  onCancel,
}: {
  label: string;
  action: string;
  initial?: string;
  taken: readonly string[];
  busy: boolean;
  onSubmit: (name: string) => void;
  onCancel?: () => void;
}) => {
  const words = useRoomText(FILTERS);
  const [typed, setTyped] = useState(initial);
  const name = typed.trim();
  const isTaken = name !== initial && taken.includes(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // the form stands in a room whose own form would be sent as well
    event.stopPropagation();
    if (name === '' || isTaken) return;
    onSubmit(name);
    setTyped('');
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        className={classes.name}
        size="xs"
        aria-label={label}
        placeholder={label}
        maxLength={MAX_NAME}
        autoComplete="off"
        value={typed}
        error={isTaken && words.taken}
        data-autofocus={onCancel ? true : undefined}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !onCancel) return;
          event.stopPropagation();
          onCancel();
        }}
      />
      <Button type="submit" size="xs" variant="light" loading={busy} disabled={name === '' || isTaken}>
        {action}
      </Button>
    </form>
  );
};

interface SavedFiltersProps {
  readonly list: ListName;
  /** What the list is narrowed down to now, as it may be saved: without the text of a search, and without a patient. */
  readonly filter: Filter;
  readonly onApply: (filter: Filter) => void;
}

/** The saved filters of a list: choose one, save the present one, rename, delete, and which one the list opens with. */
export const SavedFilters = (props: SavedFiltersProps) => {
  const words = useRoomText(FILTERS);
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={320}
      trapFocus
      withinPortal
      shadow="md"
      returnFocus
    >
      <Popover.Target>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={words.title}
          title={words.title}
          onClick={() => setOpened(!opened)}
        >
          <IconBookmark size={18} aria-hidden="true" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Menu {...props} onClose={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
};

const Menu = ({ list, filter, onApply, onClose }: SavedFiltersProps & { onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(FILTERS);
  const titleId = useId();
  const own = useOwnLists()?.find((each) => each.list === list);
  const save = useSaveList();
  const [renamed, setRenamed] = useState<string | null>(null);
  const filters = own?.filters ?? [];
  const usual = own?.default_filter ?? null;
  const names = filters.map(({ name }) => name);
  const isNarrowed = Object.keys(filter).length > 0;

  const add = (name: string) =>
    save.mutate({ list, change: (saved) => ({ filters: [...saved.filters, { name, filter }] }) });
  const rename = (from: string, to: string) => {
    setRenamed(null);
    save.mutate({
      list,
      change: (saved) => ({
        filters: saved.filters.map((each) => (each.name === from ? { ...each, name: to } : each)),
        default_filter: saved.default_filter === from ? to : saved.default_filter,
      }),
    });
  };
  const remove = (gone: string) =>
    save.mutate({
      list,
      change: (saved) => ({
        filters: saved.filters.filter(({ name }) => name !== gone),
        default_filter: saved.default_filter === gone ? null : saved.default_filter,
      }),
    });
  const makeUsual = (name: string | null) => save.mutate({ list, change: () => ({ default_filter: name }) });

  const row = ({ name, filter: saved }: SavedFilter) => {
    const isUsual = name === usual;
    if (name === renamed) {
      return (
        <NameForm
          label={words.newName}
          action={words.rename}
          initial={name}
          taken={names}
          busy={save.isPending}
          onSubmit={(to) => rename(name, to)}
          onCancel={() => setRenamed(null)}
        />
      );
    }
    return (
      <Group gap={2} wrap="nowrap">
        <UnstyledButton
          className={classes.apply}
          aria-current={isSame(saved, filter) || undefined}
          onClick={() => {
            onApply(saved);
            onClose();
          }}
        >
          {isSame(saved, filter) && <IconCheck size={15} aria-hidden="true" />}
          <span className={classes.label}>{name}</span>
        </UnstyledButton>
        <Tool
          icon={isUsual ? IconStarFilled : IconStar}
          label={formatMessage(words.makeDefault, { name })}
          pressed={isUsual}
          onClick={() => makeUsual(isUsual ? null : name)}
        />
        <Tool
          icon={IconPencil}
          label={formatMessage(words.renameOf, { name })}
          onClick={() => setRenamed(name)}
        />
        <Tool icon={IconTrash} label={formatMessage(words.removeOf, { name })} onClick={() => remove(name)} />
      </Group>
    );
  };
  return (
    <div className={classes.menu}>
      <Text id={titleId} fw={650} size="sm">
        {words.title}
      </Text>
      {filters.length > 0 ? (
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
      {usual !== null && (
        <Text size="xs" c="dimmed">
          {formatMessage(words.opensWith, { name: usual })}
        </Text>
      )}
      {isNarrowed ? (
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
