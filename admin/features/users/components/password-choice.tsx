import { Radio, Stack } from '@mantine/core';
import { PasswordField } from '../../../shared/components/password-field';
import { useRoomText } from '../../../shared/text/text';
import { USERS } from '../messages';

/** A password: made for one (null), or typed. */
export const PasswordChoice = ({
  value,
  error,
  disabled,
  onChange,
}: {
  value: string | null;
  error: string | undefined;
  disabled: boolean;
  onChange: (value: string | null) => void;
}) => {
  const words = useRoomText(USERS).form;
  return (
    <Stack gap="sm">
      <Radio.Group
        label={words.password}
        value={value === null ? 'made' : 'typed'}
        onChange={(choice) => onChange(choice === 'made' ? null : '')}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="made"
            label={words.passwordMade}
            description={words.passwordMadeHint}
            disabled={disabled}
          />
          <Radio value="typed" label={words.passwordTyped} disabled={disabled} />
        </Stack>
      </Radio.Group>
      {value !== null && (
        <PasswordField
          aria-label={words.password}
          description={words.passwordHint}
          autoComplete="new-password"
          disabled={disabled}
          value={value}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Stack>
  );
};
