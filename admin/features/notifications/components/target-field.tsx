import { Checkbox, Group, Input, MultiSelect, Radio, Stack } from '@mantine/core';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { type TargetDraft, TENANT_ROLES } from '../model/target-draft';

/** At most so many names in the list; typing finds the others. */
const LISTED = 100;
const MAX_PEOPLE = 1_000;

/** Whom a notice or a step is for: everybody, roles, or people by name. */
export const TargetField = ({
  label,
  value,
  error,
  hasAll,
  onChange,
}: {
  label: string;
  value: TargetDraft;
  error?: string | undefined;
  /** May it be for everybody? */
  hasAll: boolean;
  onChange: (value: TargetDraft) => void;
}) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS).target;
  const colleagues = useColleagueNames();
  const kinds = hasAll ? (['all', 'roles', 'people'] as const) : (['roles', 'people'] as const);
  const names = [...colleagues]
    .map(([id, name]) => ({ value: id, label: name }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  return (
    <Stack gap="xs">
      <Radio.Group
        label={label}
        value={value.kind}
        onChange={(next) => {
          const kind = kinds.find((known) => known === next);
          if (kind) onChange({ ...value, kind });
        }}
      >
        <Group gap="md" mt="xs">
          {kinds.map((kind) => (
            <Radio key={kind} value={kind} label={words[kind]} />
          ))}
        </Group>
      </Radio.Group>
      {value.kind === 'roles' && (
        <Checkbox.Group
          aria-label={words.roles}
          value={[...value.roles]}
          onChange={(roles) => onChange({ ...value, roles })}
        >
          <Group gap="md">
            {TENANT_ROLES.map((role) => (
              <Checkbox key={role} value={role} label={text.roles[role]} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      {value.kind === 'people' && (
        <MultiSelect
          aria-label={words.people}
          placeholder={value.userIds.length === 0 ? words.placeholder : ''}
          data={names}
          value={[...value.userIds]}
          searchable
          limit={LISTED}
          maxValues={MAX_PEOPLE}
          comboboxProps={{ withinPortal: false }}
          nothingFoundMessage={words.nobody}
          onChange={(userIds) => onChange({ ...value, userIds })}
        />
      )}
      {error !== undefined && <Input.Error>{error}</Input.Error>}
    </Stack>
  );
};
