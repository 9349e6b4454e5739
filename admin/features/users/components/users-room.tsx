'use client';

import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconSearchOff, IconUsersPlus } from '@tabler/icons-react';
import type { User } from '@wardbell/contract';
import { useEffect, useMemo, useRef, useState } from 'react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { ColumnMenu } from '../../../shared/grid/column-menu';
import type { Column } from '../../../shared/grid/columns';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { LIST } from '../../../shared/grid/messages';
import { useShownColumns } from '../../../shared/grid/use-shown-columns';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import { AddressFilters } from '../../../shared/lists/filters';
import { useDefaultAddress } from '../../../shared/lists/use-default-address';
import { Room } from '../../../shared/room/room';
import classes from '../../../shared/room/room.module.css';
import { SearchField } from '../../../shared/room/search-field';
import { useMe } from '../../../shared/session/context';
import { NEW_USER } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { useTenants } from '../../../shared/tenants/use-tenants';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { BY_EMAIL, MAX_SORTED, readSort, sortAddress, sortUsers } from '../model/order';
import { type UserFilter, type UserList, useUsers, useUsersFollow } from '../use-users';
import { useUserColumns } from './columns';
import { asRole, asStatus, UserFilters } from './user-filters';
import { UserPanel } from './user-panel';

const ExternalUsers = lazily(async () => (await import('../../external-users/external-users')).ExternalUsers);
const ExternalLink = lazily(async () => (await import('../../external-users/external-link')).ExternalLink);
const Approvals = lazily(async () => (await import('../../approvals/approvals')).Approvals);
const ApprovalsLink = lazily(async () => (await import('../../approvals/approvals-link')).ApprovalsLink);
const BulkLink = lazily(async () => (await import('./bulk-link')).BulkLink);
const ExportUsers = lazily(async () => (await import('./export-users')).ExportUsers);
const CreateUser = lazily(async () => (await import('./create-user')).CreateUser);

const DEBOUNCE_MS = 200;
const FILTERED = ['role', 'status', 'tenant', 'sort', 'order'] as const;
const OPEN = ['id'] as const;

const Status = ({
  list,
  filter,
  columns,
}: {
  list: UserList;
  filter: UserFilter;
  columns: readonly Column<User>[];
}) => {
  const words = useRoomText(USERS);
  const listWords = useRoomText(LIST);
  const formats = useFormats();
  if (list.rows.length === 0) return null;
  return (
    <div className={classes.status}>
      <span>
        {formatMessage(words.loaded, {
          n: list.rows.length,
          formatted: formats.number(list.rows.length),
          complete: list.complete,
        })}
      </span>
      <span className={classes.tools}>
        {!list.complete && list.total !== null && (
          <span>{formatMessage(listWords.inAll, { formatted: formats.number(list.total) })}</span>
        )}
        <ColumnMenu grid="users" columns={columns} />
        <ExportUsers filter={filter} />
      </span>
      {list.error ? (
        <span className={classes.warning} role="alert">
          {formatMessage(words.notRefreshed, { time: formats.time(list.asOfMs) })}
        </span>
      ) : (
        <span>
          {list.loadingMore
            ? words.loadingMore
            : formatMessage(words.asOf, { time: formats.time(list.asOfMs) })}
        </span>
      )}
    </div>
  );
};

/** The people who may sign in, with an account here or at an identity provider, and changes that wait for an approval. */
export const UsersRoom = () => {
  const address = useAddress();
  if (address.get('approvals') !== null) return <Approvals />;
  return address.get('external') === null ? <Accounts /> : <ExternalUsers />;
};

const Accounts = () => {
  const words = useRoomText(USERS);
  const isSuper = useMe().role === 'super_admin';
  const address = useAddress();
  useDefaultAddress('users', address);
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, DEBOUNCE_MS);
  const filter = {
    search: settled.trim(),
    role: asRole(address.get('role')),
    status: asStatus(address.get('status')),
    tenantId: isSuper ? address.get('tenant') : null,
  };
  const narrowed = Object.values(filter).some((value) => value !== null && value !== '');
  useUsersFollow();
  const list = useUsers(filter);
  const isSortable = (list.total ?? 0) <= MAX_SORTED;
  const sort = isSortable ? readSort(address.get) : BY_EMAIL;
  const rows = useMemo(() => sortUsers(list.rows, sort), [list.rows, sort]);
  // another order is known when everybody is here
  const isPartial = (sort.by !== BY_EMAIL.by || sort.descending) && !list.complete;
  const { loadMore, loadingMore, error } = list;
  useEffect(() => {
    if (isPartial && !loadingMore && !error) loadMore();
  }, [isPartial, loadingMore, error, loadMore]);
  const tenants = useTenants();
  const tenantNames = useMemo(
    () => (isSuper ? new Map(tenants?.map(({ id, name }) => [id, name])) : null),
    [isSuper, tenants],
  );
  const columns = useUserColumns(tenantNames);
  const shown = useShownColumns('users', columns);
  const searchField = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  const [creating, setCreating] = useState(() => hasInput(NEW_USER) || address.get('new') !== null);
  const stopCreating = () => {
    setCreating(false);
    address.set({ new: null });
  };
  const openId = address.get('id');
  const open = (id: string | null) => address.set({ id }, 'push');
  const close = () => {
    open(null);
    grid.current?.focus();
  };
  const clear = () => {
    setTyped('');
    address.set({ role: null, status: null, tenant: null });
  };
  useHotkey('/', () => searchField.current?.select());
  useHotkey('n', () => setCreating(true));
  useHotkey('Escape', () => openId !== null && close());

  return (
    <Room
      title={words.title}
      bar={
        <>
          <SearchField
            inputRef={searchField}
            label={words.search}
            placeholder={words.searchPlaceholder}
            clearLabel={words.clearSearch}
            value={typed}
            busy={typed.trim() !== filter.search}
            onChange={setTyped}
            onLeave={() => grid.current?.focus()}
          />
          <UserFilters {...filter} isSuper={isSuper} onChange={(changes) => address.set(changes)} />
          <AddressFilters list="users" address={address} names={FILTERED} without={OPEN} />
          <Button
            leftSection={<IconPlus size={18} aria-hidden="true" />}
            aria-keyshortcuts="n"
            onClick={() => setCreating(true)}
          >
            {words.create}
          </Button>
          <BulkLink users={list.rows} />
          <ExternalLink />
          <ApprovalsLink />
        </>
      }
    >
      <div className={classes.sheet}>
        {list.loading || list.rows.length > 0 ? (
          <Grid
            handle={grid}
            label={words.title}
            rows={rows}
            columns={shown}
            sort={sort}
            onSort={isSortable ? (next) => address.set(sortAddress(next)) : undefined}
            loading={list.loading}
            complete={list.complete}
            stale={list.error !== null}
            onNearEnd={list.loadMore}
            openId={openId}
            onOpen={(user) => open(user.id)}
          />
        ) : (
          <div className={classes.notice} role="status">
            {list.error ? (
              <FailureNotice error={list.error} onRetry={list.retry} />
            ) : narrowed ? (
              <Notice icon={IconSearchOff} title={words.nothingFound.title} hint={words.nothingFound.hint}>
                <Button variant="light" onClick={clear}>
                  {words.nothingFound.action}
                </Button>
              </Notice>
            ) : (
              <Notice icon={IconUsersPlus} {...words.empty}>
                <Button onClick={() => setCreating(true)}>{words.create}</Button>
              </Notice>
            )}
          </div>
        )}
        <Status list={list} filter={filter} columns={columns} />
      </div>
      {openId !== null && <UserPanel key={openId} id={openId} tenantNames={tenantNames} onClose={close} />}
      {creating && (
        <CreateUser
          tenantId={filter.tenantId}
          onClose={stopCreating}
          onCreated={(user) => {
            setCreating(false);
            address.set({ new: null, id: user.id }, 'push');
          }}
        />
      )}
    </Room>
  );
};
