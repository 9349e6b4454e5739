'use client';

import { NativeSelect, Select } from '@mantine/core';
import { isCalendarDate } from '../../../shared/forms/calendar-days';
import { DateField } from '../../../shared/forms/date-field';
import { useMe } from '../../../shared/session/context';
import { useTenants } from '../../../shared/tenants/use-tenants';
import { useRoomText } from '../../../shared/text/text';
import { AUDIT_KINDS, type AuditFilter } from '../filter';
import { AUDIT } from '../messages';
import { usePeople } from '../use-people';
import classes from './audit-filters.module.css';
import { PatientFilter } from './patient-filter';

const isEmptyOrDate = (typed: string): boolean => typed === '' || isCalendarDate(typed);

/** Whose log, by whom, about whom, what and when. */
export const AuditFilters = ({
  filter,
  isLooked = false,
  onChange,
}: {
  filter: AuditFilter;
  /** Who looked: what kind of entry and which action is not asked. */
  isLooked?: boolean;
  onChange: (changes: Readonly<Record<string, string | null>>) => void;
}) => {
  const words = useRoomText(AUDIT);
  const me = useMe();
  const tenants = useTenants();
  const people = usePeople(filter.tenantId ?? me.tenant?.id ?? null);
  const known = people.map(({ id, name }) => ({ value: id, label: name }));
  const { actorId } = filter;
  const stranger = actorId !== null && !people.some(({ id }) => id === actorId);
  return (
    <div className={classes.filters}>
      {me.role === 'super_admin' && (
        <Select
          className={`${classes.wide} ${classes.scope}`}
          aria-label={words.scope}
          placeholder={words.installation}
          data={tenants?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
          value={filter.tenantId}
          searchable
          clearable
          limit={100}
          clearButtonProps={{ 'aria-label': words.installation }}
          onChange={(tenant) => onChange({ tenant, person: null, patient: null })}
        />
      )}
      <Select
        className={classes.wide}
        aria-label={words.filter.person}
        placeholder={words.filter.anyone}
        data={stranger ? [...known, { value: actorId, label: actorId }] : known}
        value={actorId}
        searchable
        clearable
        limit={100}
        nothingFoundMessage={words.filter.nobodyFound}
        clearButtonProps={{ 'aria-label': words.filter.anyone }}
        onChange={(person) => onChange({ person })}
      />
      <PatientFilter
        key={filter.tenantId}
        value={filter.patientId}
        onChange={(patient) => onChange({ patient })}
      />
      {!isLooked && (
        <>
          <NativeSelect
            className={classes.wide}
            aria-label={words.filter.kind}
            value={filter.kind}
            disabled={filter.action !== null}
            data={AUDIT_KINDS.map((value) => ({ value, label: words.kinds[value] }))}
            onChange={(event) => onChange({ kind: event.currentTarget.value })}
          />
          <NativeSelect
            className={classes.wide}
            aria-label={words.filter.action}
            value={filter.action ?? ''}
            data={[
              { value: '', label: words.filter.anyAction },
              ...Object.entries(words.actions).map(([value, label]) => ({ value, label })),
            ]}
            onChange={(event) => onChange({ action: event.currentTarget.value || null })}
          />
        </>
      )}
      <div className={classes.dates}>
        <DateField
          aria-label={words.filter.from}
          title={words.filter.from}
          placeholder={words.filter.from}
          value={filter.from ?? ''}
          max={filter.to ?? undefined}
          onChange={(from) => isEmptyOrDate(from) && onChange({ from: from || null })}
        />
        <DateField
          aria-label={words.filter.to}
          title={words.filter.to}
          placeholder={words.filter.to}
          value={filter.to ?? ''}
          min={filter.from ?? undefined}
          onChange={(to) => isEmptyOrDate(to) && onChange({ to: to || null })}
        />
      </div>
    </div>
  );
};
