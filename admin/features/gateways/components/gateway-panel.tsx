'use client';

import { Button } from '@mantine/core';
import { IconEdit, IconServerOff, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import type { Polled } from '../../../shared/api/use-polled';
import { Confirm } from '../../../shared/components/confirm';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { toast } from '../../../shared/components/toast';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { GATEWAYS } from '../messages';
import { type GatewayRow, useRemoveGateway } from '../use-gateways';
import { GatewayHistory } from './gateway-history';
import classes from './gateways.module.css';
import { useDuration, useStatusName } from './words';

const GatewayForm = lazily(async () => (await import('./gateway-form')).GatewayForm);

/** One gateway: its status, what it reported, and how its status changed. */
export const GatewayPanel = ({
  id,
  gateway,
  polled,
  onClose,
}: {
  id: string;
  /** Undefined while the list loads and when there is no such gateway. */
  gateway: GatewayRow | undefined;
  polled: Polled<unknown>;
  onClose: () => void;
}) => {
  const words = useRoomText(GATEWAYS);
  const loaded = polled.data !== undefined;
  return (
    <Panel
      label={words.panel.label}
      title={id}
      focusKey={String(loaded || polled.error !== null)}
      onClose={onClose}
    >
      {gateway ? (
        <Details gateway={gateway} onClose={onClose} />
      ) : loaded ? (
        <PanelGone icon={IconServerOff} {...words.panel.gone} onClose={onClose} />
      ) : polled.error ? (
        <FailureNotice error={polled.error} onRetry={polled.refresh} />
      ) : (
        <PanelSkeleton lines={5} />
      )}
    </Panel>
  );
};

const Details = ({ gateway, onClose }: { gateway: GatewayRow; onClose: () => void }) => {
  const words = useRoomText(GATEWAYS);
  const formats = useFormats();
  const statusName = useStatusName();
  const duration = useDuration();
  const [dialog, setDialog] = useState<'edit' | 'remove' | null>(null);
  const { expect_every_s, metadata, reported_at, changed_at } = gateway;
  const limit = expect_every_s === null ? words.noLimit : duration(expect_every_s);
  return (
    <>
      <div className={panel.actions}>
        <Button
          size="compact-md"
          variant="light"
          leftSection={<IconEdit size={16} aria-hidden="true" />}
          onClick={() => setDialog('edit')}
        >
          {words.panel.edit}
        </Button>
        <Button
          size="compact-md"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} aria-hidden="true" />}
          onClick={() => setDialog('remove')}
        >
          {words.panel.remove}
        </Button>
      </div>
      {isSilent(gateway) && (
        <p className={classes.silent}>
          {formatMessage(words.panel.silent, { time: formats.dateTime(reported_at), limit })}
        </p>
      )}
      <dl className={panel.facts}>
        <Fact name={words.columns.status}>
          <span className={classes.status} data-status={gateway.status}>
            {statusName(gateway.status)}
          </span>
        </Fact>
        <Fact name={words.columns.type}>{gateway.gateway_type}</Fact>
        <Fact name={words.columns.changed}>
          <time dateTime={changed_at}>{formats.dateTime(changed_at)}</time>
        </Fact>
        <Fact name={words.columns.reported}>
          <time dateTime={reported_at}>{formats.dateTime(reported_at)}</time>
        </Fact>
        <Fact name={words.columns.silence}>{limit}</Fact>
      </dl>
      <section className={panel.section}>
        <h3>{words.panel.details}</h3>
        {Object.keys(metadata).length === 0 ? (
          <p className={classes.quiet}>{words.panel.noDetails}</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key
          <section className={classes.details} tabIndex={0} aria-label={words.panel.details}>
            <pre>{JSON.stringify(metadata, null, 2)}</pre>
          </section>
        )}
      </section>
      <GatewayHistory gatewayId={gateway.id} />
      {dialog === 'edit' && (
        <GatewayForm gateway={gateway} onClose={() => setDialog(null)} onSaved={() => setDialog(null)} />
      )}
      {dialog === 'remove' && (
        <RemoveGateway name={gateway.id} onClose={() => setDialog(null)} onRemoved={onClose} />
      )}
    </>
  );
};

/** The server made it UNHEALTHY: its last report is older than the limit allows. */
const isSilent = ({ status, expect_every_s, reported_at, changed_at }: GatewayRow): boolean =>
  status === 'UNHEALTHY' &&
  expect_every_s !== null &&
  Date.parse(changed_at) - Date.parse(reported_at) >= expect_every_s * 1_000;

const RemoveGateway = ({
  name,
  onClose,
  onRemoved,
}: {
  name: string;
  onClose: () => void;
  onRemoved: () => void;
}) => {
  const text = useText();
  const words = useRoomText(GATEWAYS);
  const remove = useRemoveGateway();
  return (
    <Confirm
      title={formatMessage(words.remove.title, { name })}
      hint={words.remove.hint}
      action={words.remove.confirm}
      pending={remove.isPending}
      failure={remove.error && describeFailure(remove.error, text)}
      onConfirm={() =>
        remove.mutate(name, {
          onSuccess: () => {
            void toast({ tone: 'success', message: formatMessage(words.told.removed, { name }) });
            onRemoved();
          },
        })
      }
      onClose={onClose}
    />
  );
};
