'use client';

import { Button, Tabs, UnstyledButton } from '@mantine/core';
import { IconEyeSearch, IconFilterOff, IconHistory } from '@tabler/icons-react';
import { useRef } from 'react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { ColumnMenu } from '../../../shared/grid/column-menu';
import type { Column } from '../../../shared/grid/columns';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { useShownColumns } from '../../../shared/grid/use-shown-columns';
import { type Address, useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { AddressFilters } from '../../../shared/lists/filters';
import { useDefaultAddress } from '../../../shared/lists/use-default-address';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import tabs from '../../../shared/room/tabs.module.css';
import { ZoneNote } from '../../../shared/room/zone-note';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { EmergencyList } from '../../reviews/emergency-list';
import { OpenCount } from '../../reviews/open-count';
import { type AuditFilter, readFilter } from '../filter';
import { AUDIT } from '../messages';
import { type AuditLog, type AuditRow, useAudit } from '../use-audit';
import { AuditFilters } from './audit-filters';
import { AuditPanel } from './audit-panel';
import { useAuditColumns } from './columns';
import { ExportButton } from './export-button';
import { useAuditWords } from './use-audit-words';
import { VerifyButton } from './verify-button';

/** What a saved filter has: everything but the patient. */
const FILTERED = ['tenant', 'person', 'action', 'kind', 'from', 'to'] as const;
const UNSAVED = ['patient', 'entry'] as const;
const NO_FILTER = { person: null, patient: null, action: null, kind: null, from: null, to: null };

const Status = ({ log, columns }: { log: AuditLog; columns: readonly Column<AuditRow>[] }) => {
  const text = useText();
  const words = useRoomText(AUDIT);
  const formats = useFormats();
  const refresh = (
    <span role="status">
      <UnstyledButton className={room.link} disabled={log.refreshing} onClick={log.refresh}>
        {log.newCount === 0
          ? words.refresh
          : formatMessage(log.newInLog ? words.newsInLog : words.news, {
              n: log.newCount,
              formatted: formats.number(log.newCount),
            })}
      </UnstyledButton>
    </span>
  );
  if (log.rows.length === 0) {
    return log.newCount === 0 ? null : <div className={room.status}>{refresh}</div>;
  }
  return (
    <div className={room.status}>
      <span>
        {formatMessage(words.loaded, {
          n: log.rows.length,
          formatted: formats.number(log.rows.length),
          complete: log.complete,
        })}
      </span>
      <ZoneNote />
      <ColumnMenu grid="audit" columns={columns} />
      {log.error ? (
        <span className={room.warning} role="alert">
          {words.loadMoreFailed}{' '}
          <UnstyledButton className={room.link} onClick={log.retry}>
            {text.app.retry}
          </UnstyledButton>
        </span>
      ) : (
        <span>
          {log.loadingMore
            ? words.loadingMore
            : formatMessage(words.asOf, { time: formats.time(log.asOfMs) })}{' '}
          {refresh}
        </span>
      )}
    </div>
  );
};

interface Asked {
  readonly address: Address;
  readonly filter: AuditFilter;
}

/** The entries of a log, and one of them beside it. `isAsked` is false while nothing is searched for. */
const Entries = ({ address, filter, isAsked = true }: Asked & { isAsked?: boolean }) => {
  const words = useRoomText(AUDIT);
  const narrowed = Object.keys(NO_FILTER).some((name) => address.get(name) !== null);
  const log = useAudit(filter, isAsked);
  const say = useAuditWords(filter.tenantId, log.rows);
  const columns = useAuditColumns(say);
  const shown = useShownColumns('audit', columns);
  const grid = useRef<GridHandle>(null);
  const openSeq = address.get('entry');
  const open = log.rows.find(({ seq }) => String(seq) === openSeq);
  const close = () => {
    address.set({ entry: null }, 'push');
    grid.current?.focus();
  };
  const narrow = (changes: Readonly<Record<string, string | null>>) =>
    address.set({ ...changes, entry: null });
  useHotkey('Escape', () => openSeq !== null && close());

  return (
    <>
      <div className={room.sheet}>
        {!isAsked ? (
          <div className={room.notice} role="status">
            <Notice icon={IconEyeSearch} {...words.looked.ask} />
          </div>
        ) : log.loading || log.rows.length > 0 ? (
          <Grid
            handle={grid}
            label={words.title}
            rows={log.rows}
            columns={shown}
            loading={log.loading}
            complete={log.complete}
            stale={log.error !== null}
            onNearEnd={log.loadMore}
            openId={open?.id ?? null}
            onOpen={(row) => address.set({ entry: String(row.seq) }, 'push')}
          />
        ) : (
          <div className={room.notice} role="status">
            {log.error ? (
              <FailureNotice error={log.error} onRetry={log.retry} />
            ) : narrowed ? (
              <Notice icon={IconFilterOff} {...words.nothingFound}>
                <Button variant="light" onClick={() => narrow(NO_FILTER)}>
                  {words.filter.clear}
                </Button>
              </Notice>
            ) : (
              <Notice icon={IconHistory} {...words.empty} />
            )}
          </div>
        )}
        <Status log={log} columns={columns} />
      </div>
      {openSeq !== null && (
        <AuditPanel seq={openSeq} row={open} say={say} onNarrow={narrow} onClose={close} />
      )}
    </>
  );
};

const LogBar = ({ address, filter }: Asked) => (
  <>
    <VerifyButton key={filter.tenantId} tenantId={filter.tenantId} />
    <ExportButton key={`export ${filter.tenantId}`} filter={filter} />
    <AuditFilters filter={filter} onChange={(changes) => address.set({ ...changes, entry: null })} />
    <AddressFilters list="audit" address={address} names={FILTERED} without={UNSAVED} />
  </>
);

/** Filters of who looked: a patient, a person, and days. */
const LookedBar = ({ address, filter }: Asked) => (
  <>
    <ExportButton key={`export ${filter.from} ${filter.to}`} filter={filter} />
    <AuditFilters filter={filter} isLooked onChange={(changes) => address.set({ ...changes, entry: null })} />
  </>
);

const TABS = ['log', 'looked', 'emergency'] as const;
type Tab = (typeof TABS)[number];

/** Changing the tab leaves behind what the other one was narrowed by. */
const NOTHING = { ...NO_FILTER, entry: null, id: null };

/**
 * Who did what, when and from where: searched by person, patient, action and day, and checked for tampering. For tenant
 * admins also who looked at a patient, and emergency accesses with their review.
 */
export const AuditRoom = () => {
  const words = useRoomText(AUDIT);
  const isSuper = useMe().role === 'super_admin';
  const address = useAddress();
  useDefaultAddress('audit', address);
  const asked = readFilter(address.get);
  const filter = isSuper ? asked : { ...asked, tenantId: null };
  if (isSuper) {
    return (
      <Room title={words.title} bar={<LogBar address={address} filter={filter} />}>
        <Entries address={address} filter={filter} />
      </Room>
    );
  }
  const tab: Tab = TABS.find((known) => known === address.get('tab')) ?? 'log';
  // of a patient also who changed it; of a person what they read, as their changes are in the log
  const looked: AuditFilter = {
    ...filter,
    action: null,
    kind: filter.patientId === null ? 'accesses' : 'all',
  };
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      variant="pills"
      className={tabs.tabs}
      onChange={(next) => address.set({ ...NOTHING, tab: next === 'log' ? null : next })}
    >
      <Room
        title={words.title}
        bar={
          <>
            <Tabs.List aria-label={words.tabs.label}>
              {TABS.map((name) => (
                <Tabs.Tab
                  key={name}
                  value={name}
                  className={tabs.tab}
                  rightSection={name === 'emergency' && <OpenCount />}
                >
                  {words.tabs[name]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {tab === 'log' && <LogBar address={address} filter={filter} />}
            {tab === 'looked' && <LookedBar address={address} filter={filter} />}
          </>
        }
      >
        <Tabs.Panel value="log" className={tabs.panel}>
          <Entries address={address} filter={filter} />
        </Tabs.Panel>
        <Tabs.Panel value="looked" className={tabs.panel}>
          <Entries
            address={address}
            filter={looked}
            isAsked={looked.patientId !== null || looked.actorId !== null}
          />
        </Tabs.Panel>
        <Tabs.Panel value="emergency" className={tabs.panel}>
          <EmergencyList />
        </Tabs.Panel>
      </Room>
    </Tabs>
  );
};
