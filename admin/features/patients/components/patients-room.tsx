'use client';

import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { useWho } from '../../../shared/api/colleagues';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import { useShownColumns } from '../../../shared/grid/use-shown-columns';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { useRecentChanges } from '../../../shared/hooks/use-recent-changes';
import { useSettled } from '../../../shared/hooks/use-settled';
import { lazily } from '../../../shared/lazily';
import { useKept } from '../../../shared/lists/kept';
import classes from '../../../shared/room/room.module.css';
import { SearchField } from '../../../shared/room/search-field';
import { useTitle } from '../../../shared/room/use-title';
import { useMe } from '../../../shared/session/context';
import { NEW_PATIENT } from '../../../shared/session/input-names';
import { hasInput, isEntering } from '../../../shared/session/kept-input';
import { useText } from '../../../shared/text/text';
import type { Booking } from '../model/booking';
import { usePatientSearch } from '../model/search';
import { readView } from '../model/view';
import { usePatientList } from '../queries/use-patient-list';
import { usePatientColumns } from './columns';
import { StatusBar } from './status-bar';
import { useOpenPatient } from './use-open-patient';

const PatientPanel = lazily(async () => (await import('./patient-panel')).PatientPanel);
const DeletedPatients = lazily(async () => (await import('./deleted-patients')).DeletedPatients);
const ImportPatients = lazily(async () => (await import('../import/import-patients')).ImportPatients);
const AdminLinks = lazily(async () => (await import('./admin-links')).AdminLinks);
const ListNotice = lazily(async () => (await import('./list-notice')).ListNotice);
const ListChoices = lazily(async () => (await import('./list-choices')).ListChoices);
const CreatePatient = lazily(async () => (await import('./create-patient')).CreatePatient);

/** Long enough to skip the letters in between, short enough not to be felt. */
const DEBOUNCE_MS = 150;

/** All patients of the clinic, live; those that were deleted and can be restored; or an import of further ones. */
export const PatientsRoom = ({ booking }: { booking: Booking }) => {
  const address = useSearchParams();
  const isAdmin = useMe().role === 'tenant_admin';
  if (address.has('deleted')) return <DeletedPatients />;
  return isAdmin && address.has('import') ? <ImportPatients /> : <ListedPatients booking={booking} />;
};

const ListedPatients = ({ booking }: { booking: Booking }) => {
  const text = useText();
  const me = useMe();
  const [typed, setTyped] = usePatientSearch(me.id);
  const [settled] = useDebouncedValue(typed, DEBOUNCE_MS);
  const search = settled.trim();
  const { defaultFilter } = useKept('patients');
  const [view, setView] = useState(() => readView(defaultFilter ?? {}));
  const { archived, sort } = view;
  const list = usePatientList(search, archived, sort);
  const later = useSettled(true);
  const columns = useShownColumns('patients', usePatientColumns());
  const marks = useRecentChanges(['patient_created', 'patient_updated'], (event) => ({
    id: event.data.id,
    kind: event.type === 'patient_created' ? 'created' : 'updated',
    version: event.data.version,
    actorId: event.actor_id,
  }));
  const who = useWho([...marks.values()].some((mark) => mark.actorId !== undefined));
  const searchBox = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  /** What a new patient begins with. */
  const [creating, setCreating] = useState<string | null>(() => (hasInput(NEW_PATIENT) ? '' : null));
  const [openId, open] = useOpenPatient();
  const close = () => {
    open(null);
    grid.current?.focus();
  };
  const question = `${archived} ${search}`;
  /** What the list answered when the patient was opened, or has answered with somebody since. */
  const answered = useRef(question);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another patient is opened
  useEffect(() => {
    answered.current = question;
  }, [openId]);
  const { searching } = list;
  const isEmpty = list.rows.length === 0;
  // beside a search that found nobody, or failed, the patient of before would look like its result
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the search is answered
  useEffect(() => {
    if (searching) return;
    if (!isEmpty) answered.current = question;
    else if (search !== '' && answered.current !== question && !isEntering()) open(null);
  }, [searching, isEmpty, question]);
  useTitle(text.patients.title);
  useHotkey('/', () => searchBox.current?.select());
  useHotkey('n', () => setCreating(''));
  useHotkey('Escape', () => openId !== null && close());

  const changeSearch = (value: string) => {
    setTyped(value);
    grid.current?.scrollToTop();
  };
  const hasRows = list.loading || list.rows.length > 0;
  return (
    <section className={classes.room} aria-labelledby="patients-title" data-room>
      <div className={classes.bar}>
        <h1 id="patients-title" className={classes.title}>
          {text.patients.title}
        </h1>
        <SearchField
          inputRef={searchBox}
          label={text.patients.search}
          placeholder={text.patients.searchPlaceholder}
          clearLabel={text.patients.clearSearch}
          value={typed}
          busy={list.searching || typed.trim() !== search}
          onChange={changeSearch}
          onLeave={() => grid.current?.focus()}
        />
        <Button
          leftSection={<IconPlus size={18} aria-hidden="true" />}
          aria-keyshortcuts="n"
          onClick={() => setCreating('')}
        >
          {text.patients.create}
        </Button>
        {me.role === 'tenant_admin' && <AdminLinks />}
        {later && (
          <ListChoices
            view={view}
            isSearched={typed !== ''}
            onChange={setView}
            onApply={(next) => {
              setView(next);
              grid.current?.scrollToTop();
            }}
          />
        )}
      </div>
      <div className={classes.sides}>
        <div className={classes.sheet}>
          {hasRows ? (
            <Grid
              handle={grid}
              label={text.patients.title}
              rows={list.rows}
              columns={columns}
              sort={sort}
              onSort={(next) => setView({ archived, sort: next })}
              loading={list.loading}
              complete={list.complete}
              stale={!list.live && !list.loading}
              marks={marks}
              markLabels={{ created: text.patients.justAdded, updated: text.patients.justChanged }}
              whoOf={(mark) => who(mark.actorId)}
              onNearEnd={list.loadMore}
              openId={openId}
              onOpen={(patient) => open(patient.id)}
            />
          ) : (
            <ListNotice
              error={list.error}
              search={search}
              onRetry={list.retry}
              onCreate={setCreating}
              onClear={() => changeSearch('')}
              onArchived={archived ? null : () => setView({ archived: true, sort })}
            />
          )}
          <StatusBar list={list} search={search} archived={archived} tools={later} />
        </div>
        {openId !== null && (
          <PatientPanel key={openId} id={openId} booking={booking} onClose={close} onOpen={open} />
        )}
      </div>
      {creating !== null && (
        <CreatePatient
          typed={creating}
          onClose={() => setCreating(null)}
          onOpen={(patient) => {
            setCreating(null);
            open(patient.id);
          }}
        />
      )}
    </section>
  );
};
