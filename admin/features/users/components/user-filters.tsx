import { NativeSelect, Select } from '@mantine/core';
import type { User } from '@wardbell/contract';
import { useTenants } from '../../../shared/tenants/use-tenants';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import classes from './users-room.module.css';

const TENANT_ROLES = ['tenant_admin', 'clinician', 'front_desk'] as const;
const ROLES = ['super_admin', ...TENANT_ROLES] as const;
const STATUSES = ['active', 'disabled'] as const;

/** What the list is narrowed by, as it stands in the address; anything else there is ignored. */
export const asRole = (value: string | null): User['role'] | null =>
  ROLES.find((role) => role === value) ?? null;
export const asStatus = (value: string | null): User['status'] | null =>
  STATUSES.find((status) => status === value) ?? null;

/** Role, status and, for super admins, clinic. */
export const UserFilters = ({
  role,
  status,
  tenantId,
  isSuper,
  onChange,
}: {
  role: User['role'] | null;
  status: User['status'] | null;
  tenantId: string | null;
  isSuper: boolean;
  onChange: (changes: Readonly<Record<string, string | null>>) => void;
}) => {
  const text = useText();
  const words = useRoomText(USERS).filter;
  const statusWords = useRoomText(USERS).status;
  const tenants = useTenants();
  return (
    <>
      {isSuper && (
        <Select
          className={classes.tenant}
          aria-label={words.tenant}
          placeholder={words.allTenants}
          data={tenants?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
          value={tenantId}
          searchable
          clearable
          limit={100}
          clearButtonProps={{ 'aria-label': words.allTenants }}
          onChange={(value) => onChange({ tenant: value })}
        />
      )}
      <NativeSelect
        className={classes.filter}
        aria-label={words.role}
        value={role ?? ''}
        data={[
          { value: '', label: words.allRoles },
          ...(isSuper ? ROLES : TENANT_ROLES).map((value) => ({ value, label: text.roles[value] })),
        ]}
        onChange={(event) => onChange({ role: event.currentTarget.value || null })}
      />
      <NativeSelect
        className={classes.filter}
        aria-label={words.status}
        value={status ?? ''}
        data={[
          { value: '', label: words.allStatuses },
          ...STATUSES.map((value) => ({ value, label: statusWords[value] })),
        ]}
        onChange={(event) => onChange({ status: event.currentTarget.value || null })}
      />
    </>
  );
};
