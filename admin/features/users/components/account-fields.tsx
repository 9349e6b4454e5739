import { Radio, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { User } from '@wardbell/contract';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import type { AccountDraft } from '../model/draft';

const TENANT_ROLES = ['clinician', 'front_desk', 'tenant_admin'] as const;

/** The roles that a user can get: a super admin stays one, and people of a clinic stay people of a clinic. */
export const rolesFor = (ofInstallation: boolean): readonly User['role'][] =>
  ofInstallation ? ['super_admin'] : TENANT_ROLES;

/** Name, address and role. */
export const AccountFields = <Values extends AccountDraft>({
  form,
  roles,
  roleHint,
  disabled,
  roleLocked = false,
}: {
  form: UseFormReturnType<Values>;
  roles: readonly User['role'][];
  roleHint?: string;
  disabled: boolean;
  roleLocked?: boolean;
}) => {
  const text = useText();
  const words = useRoomText(USERS).form;
  const common = { disabled, required: true, withAsterisk: true, autoComplete: 'off', spellCheck: false };
  return (
    <Stack gap="md">
      <TextInput
        {...common}
        label={words.name}
        data-autofocus
        key={form.key('name')}
        {...form.getInputProps('name')}
      />
      <TextInput
        {...common}
        label={words.email}
        type="email"
        autoCapitalize="none"
        key={form.key('email')}
        {...form.getInputProps('email')}
      />
      {!roleLocked && (
        <Radio.Group
          label={words.role}
          description={roleHint}
          key={form.key('role')}
          {...form.getInputProps('role')}
        >
          <Stack gap="xs" mt="xs">
            {roles.map((role) => (
              <Radio
                key={role}
                value={role}
                label={text.roles[role]}
                description={words.roleHints[role]}
                disabled={disabled}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </Stack>
  );
};
