'use client';

import { useDebouncedValue } from '@mantine/hooks';
import { IconSearchOff, IconTrashOff } from '@tabler/icons-react';
import type { Patient } from '@wardbell/contract';
import { useMemo, useRef, useState } from 'react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { BackLink } from '../../../shared/room/back-link';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { SearchField } from '../../../shared/room/search-field';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CARE } from '../../care/messages';
import { listedName } from '../model/listed-name';
import { useDeletedPatients } from '../queries/use-deleted-patients';
import classes from './columns.module.css';
import { DeletedPatientPanel } from './deleted-patient-panel';

const DEBOUNCE_MS = 150;

const useDeletedColumns = (whoDeleted: (patient: Patient) => string): readonly Column<Patient>[] => {
  const words = useRoomText(CARE).deleted;
  const formats = useFormats();
  return useMemo(() => {
    const { columns } = words;
    const day = (at: string | undefined) =>
      at !== undefined && (
        <time dateTime={at} title={formats.dateTime(at)}>
          {formats.time(at)}
        </time>
      );
    return [
      {
        id: 'name',
        header: columns.name,
        track: 'minmax(10rem, 2fr)',
        shownFrom: 'narrow',
        cell: (patient) => (
          <span className={cells.stack}>
            <span className={classes.name} title={listedName(patient)}>
              {listedName(patient)}
            </span>
            <span className={cells.second} title={patient.mrn}>
              {patient.mrn} · {day(patient.deleted_at)} · {whoDeleted(patient)}
            </span>
          </span>
        ),
      },
      {
        id: 'mrn',
        header: columns.mrn,
        track: 'minmax(6.5rem, 0.8fr)',
        shownFrom: 'wide',
        cell: (patient) => <span title={patient.mrn}>{patient.mrn}</span>,
      },
      {
        id: 'deleted',
        header: columns.deleted,
        track: 'minmax(7rem, 0.8fr)',
        shownFrom: 'medium',
        numeric: true,
        cell: (patient) => day(patient.deleted_at),
      },
      {
        id: 'by',
        header: columns.by,
        track: 'minmax(7rem, 1fr)',
        shownFrom: 'medium',
        cell: (patient) => <span title={whoDeleted(patient)}>{whoDeleted(patient)}</span>,
      },
      {
        id: 'purge',
        header: columns.purge,
        track: 'minmax(9rem, 0.8fr)',
        shownFrom: 'medium',
        numeric: true,
        align: 'end',
        cell: (patient) => day(patient.purge_at),
      },
    ];
  }, [words, formats, whoDeleted]);
};

/** Patients that were deleted in the last 30 days: who deleted them and when, until when they can be restored. */
export const DeletedPatients = () => {
  const text = useText();
  const me = useMe();
  const words = useRoomText(CARE).deleted;
  const formats = useFormats();
  const address = useAddress();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, DEBOUNCE_MS);
  const search = settled.trim();
  const list = useDeletedPatients(search);
  const names = useColleagueNames();
  const whoDeleted = useMemo(
    () =>
      ({ deleted_by }: Patient) =>
        deleted_by == null
          ? words.unknown
          : deleted_by === me.id
            ? text.app.you
            : (names.get(deleted_by) ?? deleted_by),
    [names, words, text, me.id],
  );
  const columns = useDeletedColumns(whoDeleted);
  const searchBox = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  const openId = address.get('id');
  const open = (id: string | null) => address.set({ id }, 'push');
  const close = () => {
    open(null);
    grid.current?.focus();
  };
  useHotkey('/', () => searchBox.current?.select());
  useHotkey('Escape', () => openId !== null && close());
  return (
    <Room
      title={words.title}
      bar={
        <>
          <SearchField
            inputRef={searchBox}
            label={words.search}
            placeholder={words.searchPlaceholder}
            clearLabel={words.clearSearch}
            value={typed}
            busy={typed.trim() !== search}
            onChange={setTyped}
            onLeave={() => grid.current?.focus()}
          />
          <BackLink href="/patients/">{words.back}</BackLink>
        </>
      }
    >
      <div className={room.sheet}>
        {list.loading || list.rows.length > 0 ? (
          <Grid
            handle={grid}
            label={words.title}
            rows={list.rows}
            columns={columns}
            loading={list.loading}
            complete={list.complete}
            stale={list.error !== null}
            onNearEnd={list.loadMore}
            openId={openId}
            onOpen={(patient) => open(patient.id)}
          />
        ) : (
          <div className={room.notice} role="status">
            {list.error ? (
              <FailureNotice error={list.error} onRetry={list.retry} />
            ) : search === '' ? (
              <Notice icon={IconTrashOff} {...words.empty} />
            ) : (
              <Notice icon={IconSearchOff} {...words.nothingFound} />
            )}
          </div>
        )}
        {list.rows.length > 0 && (
          <div className={room.status}>
            <span>
              {formatMessage(words.loaded, {
                n: list.rows.length,
                formatted: formats.number(list.rows.length),
                complete: list.complete,
              })}
            </span>
          </div>
        )}
      </div>
      {openId !== null && (
        <DeletedPatientPanel
          key={openId}
          patient={list.rows.find(({ id }) => id === openId)}
          loading={list.loading}
          whoDeleted={whoDeleted}
          onClose={close}
        />
      )}
    </Room>
  );
};
