'use client';

import { SegmentedControl } from '@mantine/core';
import { useAddress } from '../../../shared/hooks/use-address';
import { AddressFilters } from '../../../shared/lists/filters';
import { useDefaultAddress } from '../../../shared/lists/use-default-address';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useMe } from '../../../shared/session/context';
import { TenantSelect } from '../../../shared/tenants/tenant-select';
import { useChosenTenant } from '../../../shared/tenants/use-chosen-tenant';
import { useRoomText, useText } from '../../../shared/text/text';
import { connectionsText } from '../messages';
import { ConnectionCharts } from './connection-charts';
import { ConnectionFigures } from './connection-figures';
import { ConnectionList } from './connection-list';
import { TenantComparison } from './tenant-comparison';

const FILTERED = ['tenant', 'minutes'] as const;
const RANGES = ['15', '60', '1440'] as const;
const DEFAULT_RANGE = '60';

/** Who is connected, how much that is of what is allowed, and how it went in the last hours. */
export const ConnectionsRoom = () => {
  const text = useText();
  const words = useRoomText(connectionsText);
  const me = useMe();
  const [tenantId, chooseTenant] = useChosenTenant();
  const address = useAddress();
  useDefaultAddress('connections', address);
  const range = RANGES.find((known) => known === address.get('minutes')) ?? DEFAULT_RANGE;
  const rangeNames = { '15': words.range.minutes15, '60': words.range.hour, '1440': words.range.day };
  return (
    <Room
      title={text.rooms.connections}
      bar={
        <>
          {me.role === 'super_admin' && <TenantSelect value={tenantId} withAll onChange={chooseTenant} />}
          {tenantId !== null && (
            <SegmentedControl
              aria-label={words.range.label}
              data={RANGES.map((value) => ({ value, label: rangeNames[value] }))}
              value={range}
              onChange={(value) => address.set({ minutes: value === DEFAULT_RANGE ? null : value })}
            />
          )}
          <AddressFilters list="connections" address={address} names={FILTERED} />
        </>
      }
    >
      <div className={room.page}>
        {tenantId !== null && <ConnectionFigures tenantId={tenantId} />}
        <ConnectionList key={tenantId} tenantId={tenantId} />
        {tenantId === null ? (
          <TenantComparison onChoose={chooseTenant} />
        ) : (
          <ConnectionCharts key={`${tenantId}/${range}`} tenantId={tenantId} minutes={Number(range)} />
        )}
      </div>
    </Room>
  );
};
