'use client';

import { Button } from '@mantine/core';
import { IconPlus, IconServerBolt } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { AsOf } from '../../../shared/components/as-of';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { useRecentChanges } from '../../../shared/hooks/use-recent-changes';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { GATEWAYS } from '../messages';
import { type GatewayRow, useGateways } from '../use-gateways';
import { useGatewayColumns } from './columns';

const GatewayPanel = lazily(async () => (await import('./gateway-panel')).GatewayPanel);
const GatewayForm = lazily(async () => (await import('./gateway-form')).GatewayForm);

const NO_ROWS: readonly GatewayRow[] = [];

/** The clinic's own systems that report their status, and which of them have stopped to. */
export const GatewaysRoom = () => {
  const words = useRoomText(GATEWAYS);
  const formats = useFormats();
  const address = useAddress();
  const polled = useGateways();
  const columns = useGatewayColumns();
  const marks = useRecentChanges(['gateway_status_change'], (event) =>
    'seq' in event ? { id: event.data.gateway_id, kind: 'updated', version: event.seq } : undefined,
  );
  const grid = useRef<GridHandle>(null);
  const [creating, setCreating] = useState(false);
  const rows = polled.data ?? NO_ROWS;
  const loading = !polled.data && !polled.error;
  const unwell = rows.filter(({ status }) => status !== 'HEALTHY').length;
  const openId = address.get('id');
  const open = (id: string | null) => address.set({ id }, 'push');
  const close = () => {
    open(null);
    grid.current?.focus();
  };
  useHotkey('n', () => setCreating(true));
  useHotkey('Escape', () => openId !== null && close());

  return (
    <Room
      title={words.title}
      bar={
        <Button
          leftSection={<IconPlus size={18} aria-hidden="true" />}
          aria-keyshortcuts="n"
          onClick={() => setCreating(true)}
        >
          {words.create}
        </Button>
      }
    >
      <div className={room.sheet}>
        {loading || rows.length > 0 ? (
          <Grid
            handle={grid}
            label={words.title}
            rows={rows}
            columns={columns}
            loading={loading}
            complete
            stale={polled.stale}
            marks={marks}
            markLabels={{ created: words.justChanged, updated: words.justChanged }}
            openId={openId}
            onOpen={(row) => open(row.id)}
          />
        ) : (
          <div className={room.notice} role="status">
            {!polled.data && polled.error ? (
              <FailureNotice error={polled.error} onRetry={polled.refresh} />
            ) : (
              <Notice icon={IconServerBolt} {...words.empty}>
                <Button onClick={() => setCreating(true)}>{words.create}</Button>
              </Notice>
            )}
          </div>
        )}
        {rows.length > 0 && (
          <div className={room.status}>
            <span>
              {formatMessage(words.count, { n: rows.length, formatted: formats.number(rows.length) })}
            </span>
            {unwell > 0 && (
              <span className={room.warning}>
                {formatMessage(words.unhealthy, { formatted: formats.number(unwell) })}
              </span>
            )}
            <AsOf polled={polled} />
          </div>
        )}
      </div>
      {openId !== null && (
        <GatewayPanel
          key={openId}
          id={openId}
          gateway={rows.find(({ id }) => id === openId)}
          polled={polled}
          onClose={close}
        />
      )}
      {creating && (
        <GatewayForm
          taken={new Set(rows.map(({ id }) => id))}
          onClose={() => setCreating(false)}
          onSaved={(id) => {
            setCreating(false);
            open(id);
          }}
        />
      )}
    </Room>
  );
};
