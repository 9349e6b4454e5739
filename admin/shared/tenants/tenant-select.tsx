'use client';

import { Select } from '@mantine/core';
import { formatMessage } from '../text/message';
import { useRoomText } from '../text/text';
import { tenantSelectText } from './messages';
import { useTenants } from './use-tenants';

const ALL = 'all';

/** Which clinic a super admin looks at. */
export const TenantSelect = ({
  value,
  withAll = false,
  onChange,
}: {
  value: string | null;
  /** All of them is a choice, too. */
  withAll?: boolean;
  onChange: (tenantId: string | null) => void;
}) => {
  const words = useRoomText(tenantSelectText);
  const tenants = useTenants();
  const options = (tenants ?? []).map(({ id, name, status }) => ({
    value: id,
    label: status === 'suspended' ? formatMessage(words.suspended, { name }) : name,
  }));
  return (
    <Select
      aria-label={words.label}
      placeholder={words.placeholder}
      data={withAll ? [{ value: ALL, label: words.all }, ...options] : options}
      value={value ?? (withAll ? ALL : null)}
      onChange={(chosen) => onChange(chosen === ALL ? null : chosen)}
      allowDeselect={false}
      searchable
      nothingFoundMessage={words.nothingFound}
      limit={200}
      disabled={tenants === undefined}
      w="16rem"
    />
  );
};
