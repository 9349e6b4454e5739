'use client';

import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconGauge } from '@tabler/icons-react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { AsOf } from '../../../shared/components/as-of';
import { Notice } from '../../../shared/components/notice';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useMe } from '../../../shared/session/context';
import { TenantSelect } from '../../../shared/tenants/tenant-select';
import { useChosenTenant } from '../../../shared/tenants/use-chosen-tenant';
import { useTenant } from '../../../shared/tenants/use-tenant';
import { useRoomText, useText } from '../../../shared/text/text';
import { useConnections } from '../../connections/use-connections';
import { useUsage } from '../../connections/use-usage';
import { limitsText } from '../messages';
import { LimitFigures } from './limit-figures';

const LimitsForm = lazily(
  async () => (await import('./limits-form')).LimitsForm,
  () => <Skeleton height="24rem" radius="lg" />,
);

const Limits = ({ tenantId }: { tenantId: string }) => {
  const text = useText();
  const { tenant, error, retry } = useTenant(tenantId);
  const usage = useUsage(tenantId);
  const connections = useConnections(tenantId);
  const failure = (tenant ? null : error) ?? (usage.data ? null : usage.error);
  if (failure) {
    return (
      <Notice icon={IconAlertTriangle} tone="alarm" {...describeFailure(failure, text)}>
        <Button
          variant="light"
          onClick={() => {
            retry();
            usage.refresh();
          }}
        >
          {text.app.retry}
        </Button>
      </Notice>
    );
  }
  return (
    <div className={room.page}>
      <LimitFigures tenant={tenant} usage={usage} connections={connections.data} />
      <AsOf polled={usage} />
      {tenant && usage.data ? (
        <LimitsForm key={tenant.id} tenant={tenant} usage={usage.data} connections={connections.data} />
      ) : (
        <Skeleton height="24rem" radius="lg" />
      )}
    </div>
  );
};

/** How much a clinic may use, how much it does, and what a change would mean to those who are connected. */
export const LimitsRoom = () => {
  const text = useText();
  const words = useRoomText(limitsText);
  const me = useMe();
  const [tenantId, chooseTenant] = useChosenTenant();
  return (
    <Room
      title={text.rooms.limits}
      bar={me.role === 'super_admin' && <TenantSelect value={tenantId} onChange={chooseTenant} />}
    >
      {tenantId === null ? (
        <div className={`${room.sheet} ${room.notice}`}>
          <Notice icon={IconGauge} {...words.choose} />
        </div>
      ) : (
        <Limits key={tenantId} tenantId={tenantId} />
      )}
    </Room>
  );
};
