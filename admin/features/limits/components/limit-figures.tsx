'use client';

import { DEFAULT_MESSAGES_PER_MINUTE, type Tenant, type TenantUsage } from '@wardbell/contract/tenant';
import type { Loaded } from '../../../shared/api/load-pages';
import type { Polled } from '../../../shared/api/use-polled';
import { Figure, Figures } from '../../../shared/components/figures';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import type { Connection } from '../../connections/use-connections';
import { limitsText } from '../messages';
import { effectiveOf, forecast } from '../model/forecast';
import { Gauge } from './gauge';

/** What is used of what is allowed, now. */
export const LimitFigures = ({
  tenant,
  usage,
  connections,
}: {
  tenant: Tenant | undefined;
  usage: Polled<TenantUsage>;
  connections: Loaded<Connection> | undefined;
}) => {
  const words = useRoomText(limitsText).now;
  const formats = useFormats();
  const used = usage.data;
  if (!tenant || !used) {
    return (
      <Figures label={words.label}>
        <Figure name={words.connections} value={undefined} />
        <Figure name={words.perUser} value={undefined} />
        <Figure name={words.messages} value={undefined} />
      </Figures>
    );
  }
  const { limits, ceilings } = tenant;
  const effective = effectiveOf(limits, ceilings, used);
  const most = connections && forecast(connections.rows, effective).mostOfOne;
  const messages = Math.min(
    limits.max_messages_per_minute ?? DEFAULT_MESSAGES_PER_MINUTE,
    ceilings.max_messages_per_minute ?? Number.POSITIVE_INFINITY,
  );
  const limit = formats.number(effective.tenantMax);
  return (
    <Figures label={words.label} stale={usage.stale}>
      <Figure
        name={words.connections}
        value={formats.number(used.connections)}
        hint={
          <>
            <Gauge used={used.connections} limit={effective.tenantMax} ceiling={ceilings.max_connections} />
            {ceilings.max_connections === null || ceilings.max_connections === effective.tenantMax
              ? formatMessage(words.ofLimit, { limit })
              : formatMessage(words.ofLimitAndCeiling, {
                  limit,
                  ceiling: formats.number(ceilings.max_connections),
                })}
          </>
        }
      />
      <Figure
        name={words.perUser}
        value={most === undefined ? undefined : formats.number(most)}
        hint={
          <>
            <Gauge used={most ?? 0} limit={effective.userMax} ceiling={ceilings.max_connections_per_user} />
            {ceilings.max_connections_per_user === null ||
            ceilings.max_connections_per_user === effective.userMax
              ? formatMessage(words.perUserLimit, { limit: formats.number(effective.userMax) })
              : formatMessage(words.perUserLimitAndCeiling, {
                  limit: formats.number(effective.userMax),
                  ceiling: formats.number(ceilings.max_connections_per_user),
                })}
          </>
        }
      />
      <Figure name={words.messages} value={formats.number(messages)} hint={words.messagesHint} />
    </Figures>
  );
};
