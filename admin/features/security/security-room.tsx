'use client';

import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconShieldLock } from '@tabler/icons-react';
import { describeFailure } from '../../shared/api/describe-failure';
import { Notice } from '../../shared/components/notice';
import { lazily } from '../../shared/lazily';
import { Room } from '../../shared/room/room';
import room from '../../shared/room/room.module.css';
import { useMe } from '../../shared/session/context';
import { TenantSelect } from '../../shared/tenants/tenant-select';
import { useChosenTenant } from '../../shared/tenants/use-chosen-tenant';
import { useRoomText, useText } from '../../shared/text/text';
import { SECURITY } from './messages';
import { useSecurity } from './use-security';

const SecurityForm = lazily(
  async () => (await import('./security-form')).SecurityForm,
  () => <Skeleton height="20rem" radius="lg" />,
);

const Security = ({ tenantId }: { tenantId: string }) => {
  const text = useText();
  const me = useMe();
  const { data: security, error, refetch } = useSecurity(tenantId);
  if (!security) {
    return error ? (
      <Notice icon={IconAlertTriangle} tone="alarm" {...describeFailure(error, text)}>
        <Button variant="light" onClick={() => void refetch()}>
          {text.app.retry}
        </Button>
      </Notice>
    ) : (
      <div className={room.page}>
        <Skeleton height="20rem" radius="lg" />
      </div>
    );
  }
  return (
    <div className={room.page}>
      <SecurityForm tenantId={tenantId} security={security} part="policy" />
      {me.role === 'super_admin' && <SecurityForm tenantId={tenantId} security={security} part="floor" />}
    </div>
  );
};

/** How people of a clinic sign in: second factor, how long a session lasts, and how many there may be. */
export const SecurityRoom = () => {
  const text = useText();
  const words = useRoomText(SECURITY);
  const me = useMe();
  const [tenantId, chooseTenant] = useChosenTenant();
  return (
    <Room
      title={text.rooms.security}
      bar={me.role === 'super_admin' && <TenantSelect value={tenantId} onChange={chooseTenant} />}
    >
      {tenantId === null ? (
        <div className={`${room.sheet} ${room.notice}`}>
          <Notice icon={IconShieldLock} {...words.choose} />
        </div>
      ) : (
        <Security key={tenantId} tenantId={tenantId} />
      )}
    </Room>
  );
};
