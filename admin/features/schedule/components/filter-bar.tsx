import { Button, NativeSelect, UnstyledButton } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { SavedFilters } from '../../../shared/lists/filters';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import {
  type Filter,
  filterOf,
  isFiltered,
  NAMED_FIELDS,
  NO_FILTER,
  STATUS_CHOICES,
  savedFilter,
} from '../model/filter';
import classes from './filter-bar.module.css';
import type { Schedule } from './use-schedule';

/** What the schedule is narrowed down to, and one click that takes it all away. */
export const FilterBar = ({
  filter,
  choices,
  mine,
  onChange,
  onChooseMine,
}: {
  filter: Filter;
  choices: Schedule['choices'];
  mine: string | null;
  onChange: (filter: Filter) => void;
  onChooseMine: () => void;
}) => {
  const text = useText();
  const room = useRoomText(scheduleText);
  const words = room.filter;
  const own = choices.practitioner.find(({ key }) => key === mine)?.label ?? words.unknown;
  const select = (
    field: keyof Filter,
    options: readonly { readonly value: string; readonly label: string }[],
  ) => {
    const value = filter[field] ?? '';
    const isKnown = value === '' || options.some((option) => option.value === value);
    return (
      <NativeSelect
        key={field}
        size="xs"
        className={classes.field}
        wrapperProps={{ 'data-chosen': value !== '' || undefined }}
        aria-label={words.fields[field]}
        value={value}
        onChange={({ currentTarget }) => onChange({ ...filter, [field]: currentTarget.value || null })}
        data={[
          { value: '', label: words.all[field] },
          ...options,
          ...(isKnown ? [] : [{ value, label: words.unknown }]),
        ]}
      />
    );
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a search landmark of its own would be one more among the columns
    <div className={classes.bar} role="group" aria-label={words.label}>
      {NAMED_FIELDS.map((field) =>
        select(
          field,
          choices[field].map(({ key, label }) => ({ value: key, label })),
        ),
      )}
      {select(
        'status',
        STATUS_CHOICES.map((value) => ({
          value,
          label: value === 'late' ? room.counts.late : text.appointment.status[value],
        })),
      )}
      <SavedFilters
        list="schedule"
        filter={savedFilter(filter)}
        onApply={(saved) => onChange(filterOf(saved))}
      />
      {isFiltered(filter) && (
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconFilterOff size={16} aria-hidden="true" />}
          onClick={() => onChange(NO_FILTER)}
        >
          {words.clear}
        </Button>
      )}
      {mine !== null && (
        <span className={classes.mine}>
          {formatMessage(room.mine.is, { name: own })}{' '}
          <UnstyledButton className={classes.change} onClick={onChooseMine}>
            {room.mine.change}
          </UnstyledButton>
        </span>
      )}
    </div>
  );
};
