'use client';

import { Button, NativeSelect } from '@mantine/core';
import { IconBuildingHospital, IconPlus, IconSearchOff } from '@tabler/icons-react';
import { useMemo, useRef, useState } from 'react';
import { AsOf } from '../../../shared/components/as-of';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { ColumnMenu } from '../../../shared/grid/column-menu';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { useShownColumns } from '../../../shared/grid/use-shown-columns';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import { AddressFilters } from '../../../shared/lists/filters';
import { useDefaultAddress } from '../../../shared/lists/use-default-address';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { SearchField } from '../../../shared/room/search-field';
import { NEW_TENANT } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { tenantsText } from '../messages';
import { compareTenants, SORTS } from '../model/order';
import { type TenantRow, useTenantUsage } from '../use-tenant-usage';
import { TenantPanel } from './tenant-panel';
import classes from './tenants-room.module.css';
import { useTenantColumns } from './use-tenant-columns';

const CreateTenant = lazily(async () => (await import('./create-tenant')).CreateTenant);

const NO_ROWS: readonly TenantRow[] = [];
const DEFAULT_SORT = SORTS[0];
const FILTERED = ['sort'] as const;
const OPEN = ['id'] as const;

/** All clinics: what they use, live, and everything that is decided about them. */
export const TenantsRoom = () => {
  const text = useText();
  const words = useRoomText(tenantsText);
  const formats = useFormats();
  const address = useAddress();
  useDefaultAddress('tenants', address);
  const polled = useTenantUsage();
  const columns = useTenantColumns();
  const shown = useShownColumns('tenants', columns);
  const [search, setSearch] = useState('');
  const [creating, setCreating] = useState(() => hasInput(NEW_TENANT));
  const grid = useRef<GridHandle>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const sort = SORTS.find((known) => known === address.get('sort')) ?? DEFAULT_SORT;
  const openId = address.get('id');
  const open = (id: string | null) => address.set({ id }, 'push');
  const close = () => {
    open(null);
    grid.current?.focus();
  };
  useHotkey('/', () => searchField.current?.select());
  useHotkey('n', () => setCreating(true));
  useHotkey('Escape', () => openId !== null && close());

  const all = polled.data?.rows ?? NO_ROWS;
  const wanted = search.trim().toLowerCase();
  const rows = useMemo(
    () =>
      all
        .filter(
          ({ name, slug }) => wanted === '' || name.toLowerCase().includes(wanted) || slug.includes(wanted),
        )
        .sort(compareTenants(sort)),
    [all, wanted, sort],
  );
  const loading = !polled.data && !polled.error;
  return (
    <Room
      title={text.rooms.tenants}
      bar={
        <>
          <SearchField
            inputRef={searchField}
            label={words.search}
            placeholder={words.searchPlaceholder}
            clearLabel={words.clearSearch}
            value={search}
            busy={false}
            onChange={setSearch}
            onLeave={() => grid.current?.focus()}
          />
          <NativeSelect
            className={classes.sort}
            aria-label={words.sort.label}
            value={sort}
            data={SORTS.map((value) => ({ value, label: words.sort[value] }))}
            onChange={({ currentTarget: { value } }) =>
              address.set({ sort: value === DEFAULT_SORT ? null : value })
            }
          />
          <AddressFilters list="tenants" address={address} names={FILTERED} without={OPEN} />
          <Button
            leftSection={<IconPlus size={18} aria-hidden="true" />}
            aria-keyshortcuts="n"
            onClick={() => setCreating(true)}
          >
            {words.create}
          </Button>
        </>
      }
    >
      <div className={room.sheet}>
        {loading || rows.length > 0 ? (
          <Grid
            handle={grid}
            label={text.rooms.tenants}
            rows={rows}
            columns={shown}
            loading={loading}
            complete
            stale={polled.stale}
            openId={openId}
            onOpen={(row) => open(row.id)}
          />
        ) : (
          <div className={room.notice}>
            {!polled.data && polled.error ? (
              <FailureNotice error={polled.error} onRetry={polled.refresh} />
            ) : wanted !== '' ? (
              <Notice icon={IconSearchOff} {...words.nothingFound} />
            ) : (
              <Notice icon={IconBuildingHospital} {...words.empty}>
                <Button onClick={() => setCreating(true)}>{words.create}</Button>
              </Notice>
            )}
          </div>
        )}
        {polled.data && (
          <div className={room.status}>
            <span role={wanted === '' ? undefined : 'status'}>
              {polled.data.complete
                ? formatMessage(words.shown, { n: rows.length, formatted: formats.number(rows.length) })
                : formatMessage(words.shownSome, { formatted: formats.number(all.length) })}
            </span>
            <ColumnMenu grid="tenants" columns={columns} />
            <AsOf polled={polled} />
          </div>
        )}
      </div>
      {openId !== null && (
        <TenantPanel key={openId} id={openId} usage={all.find((row) => row.id === openId)} onClose={close} />
      )}
      {creating && (
        <CreateTenant
          onClose={() => setCreating(false)}
          onCreated={(tenant) => {
            setCreating(false);
            open(tenant.id);
          }}
        />
      )}
    </Room>
  );
};
