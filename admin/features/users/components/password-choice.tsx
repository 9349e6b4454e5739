import { Radio, Stack } from '@mantine/core';
import { PasswordField } from '../../../shared/components/password-field';
import { useRoomText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { START_WAYS, type StartDraft } from '../model/start';

/** How a person comes to the first password: by a link, or by one that an administrator has. */
export const PasswordChoice = ({
  value,
  error,
  disabled,
  onChange,
}: {
  value: StartDraft;
  error: string | undefined;
  disabled: boolean;
  onChange: (value: StartDraft) => void;
}) => {
  const words = useRoomText(USERS).form;
  return (
    <Stack gap="sm">
      <Radio.Group
        label={words.start}
        value={value.way}
        onChange={(way) => onChange({ way: START_WAYS.find((one) => one === way) ?? 'link', password: '' })}
      >
        <Stack gap="xs" mt="xs">
          {START_WAYS.map((way) => (
            <Radio
              key={way}
              value={way}
              label={words.ways[way].label}
              description={words.ways[way].hint}
              disabled={disabled}
            />
          ))}
        </Stack>
      </Radio.Group>
      {value.way === 'typed' && (
        <PasswordField
          label={words.password}
          autoComplete="new-password"
          disabled={disabled}
          value={value.password}
          error={error}
          onChange={(event) => onChange({ way: 'typed', password: event.currentTarget.value })}
        />
      )}
    </Stack>
  );
};
