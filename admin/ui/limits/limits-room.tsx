'use client';

import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconGauge } from '@tabler/icons-react';
import { useConnections } from '../../lib/connections/use-connections';
import { useUsage } from '../../lib/connections/use-usage';
import { describeFailure } from '../../lib/describe-failure';
import { useMe } from '../../lib/session/context';
import { useTenant } from '../../lib/tenants/use-tenant';
import { limitsText } from '../../lib/text/limits';
import { useRoomText, useText } from '../../lib/text/text';
import { AsOf } from '../as-of';
import { lazily } from '../lazily';
import { Notice } from '../notice';
import { Room } from '../room/room';
import room from '../room/room.module.css';
import { TenantSelect } from '../tenant-select';
import { useChosenTenant } from '../use-chosen-tenant';
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
