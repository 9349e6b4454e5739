'use client';

import { Button } from '@mantine/core';
import { IconAlertTriangle, IconEdit, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { hasCode } from '../../../shared/api/failure';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Link } from '../../../shared/components/link';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { tenantInput } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { useTenant } from '../../../shared/tenants/use-tenant';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { LIMIT_FIELDS } from '../../limits/model/fields';
import { tenantsText } from '../messages';
import type { TenantRow } from '../use-tenant-usage';
import { SwitchTenant } from './switch-tenant';
import classes from './tenants-room.module.css';

const NextSteps = lazily(async () => (await import('./next-steps')).NextSteps);
const EditTenant = lazily(async () => (await import('./edit-tenant')).EditTenant);

/** One clinic: what it is, what it uses, and what can be decided about it. */
export const TenantPanel = ({
  id,
  usage,
  onClose,
}: {
  id: string;
  usage: TenantRow | undefined;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(tenantsText);
  const formats = useFormats();
  const { tenant, error, retry } = useTenant(id);
  const [doing, setDoing] = useState<'edit' | 'switch' | null>(() =>
    hasInput(tenantInput(id)) ? 'edit' : null,
  );
  const gone = hasCode(error, 'not_found') || hasCode(error, 'validation_failed');
  const suspended = tenant?.status === 'suspended';
  const SwitchIcon = suspended ? IconPlayerPlay : IconPlayerPause;
  const number = (value: number | undefined) => (value === undefined ? text.app.none : formats.number(value));
  return (
    <Panel
      label={words.panel.label}
      title={tenant?.name ?? usage?.name ?? words.panel.label}
      focusKey={tenant ? id : ''}
      onClose={onClose}
    >
      {tenant ? (
        <>
          <div className={panel.actions}>
            <Button
              variant="light"
              size="compact-md"
              leftSection={<IconEdit size={16} aria-hidden="true" />}
              onClick={() => setDoing('edit')}
            >
              {words.panel.edit}
            </Button>
            <Button
              variant="subtle"
              size="compact-md"
              color={suspended ? 'ward' : 'red'}
              leftSection={<SwitchIcon size={16} aria-hidden="true" />}
              onClick={() => setDoing('switch')}
            >
              {suspended ? words.panel.reactivate : words.panel.suspend}
            </Button>
          </div>
          {!suspended && <NextSteps tenant={tenant} />}
          <ul className={classes.links}>
            <li>
              <Link href={`/connections/?tenant=${id}`}>{words.panel.toConnections}</Link>
            </li>
            <li>
              <Link href={`/limits/?tenant=${id}`}>{words.panel.toLimits}</Link>
            </li>
            <li>
              <Link href={`/users/?tenant=${id}`}>{words.panel.toUsers}</Link>
            </li>
          </ul>
          <dl className={panel.facts}>
            <Fact name={words.panel.status}>
              {suspended ? (
                <span className={classes.trouble}>{words.panel.suspended}</span>
              ) : (
                words.panel.active
              )}
            </Fact>
            <Fact name={words.panel.connections}>
              {usage
                ? formatMessage(words.ofLimit, {
                    used: formats.number(usage.connections),
                    limit: formats.number(usage.max_connections),
                  })
                : text.app.none}
            </Fact>
            <Fact name={words.panel.peak}>{number(usage?.peak_connections)}</Fact>
            <Fact name={words.panel.messages}>{number(usage?.messages_sent)}</Fact>
            <Fact name={words.panel.rejected}>{number(usage?.rejected)}</Fact>
            <Fact name={words.panel.slug}>{tenant.slug}</Fact>
            <Fact name={words.panel.timeZone}>{tenant.time_zone}</Fact>
            <Fact name={words.panel.created}>{formats.dateTime(tenant.created_at)}</Fact>
          </dl>
          {(['limits', 'ceilings'] as const).map((kind) => (
            <section key={kind} className={panel.section}>
              <h3>{words.panel[kind]}</h3>
              <dl className={panel.facts}>
                {LIMIT_FIELDS.map((field) => (
                  <Fact key={field} name={words.panel[field]}>
                    {tenant[kind][field] === null
                      ? kind === 'limits' && field !== 'max_connections_per_user'
                        ? words.panel.byDefault
                        : words.panel.noCeiling
                      : formats.number(tenant[kind][field])}
                  </Fact>
                ))}
              </dl>
            </section>
          ))}
          {doing === 'edit' && <EditTenant tenant={tenant} onClose={() => setDoing(null)} />}
          {doing === 'switch' && (
            <SwitchTenant tenant={tenant} connections={usage?.connections} onClose={() => setDoing(null)} />
          )}
        </>
      ) : gone ? (
        <PanelGone icon={IconAlertTriangle} {...words.panel.gone} onClose={onClose} />
      ) : error ? (
        <FailureNotice error={error} onRetry={retry} />
      ) : (
        <PanelSkeleton lines={4} />
      )}
    </Panel>
  );
};
