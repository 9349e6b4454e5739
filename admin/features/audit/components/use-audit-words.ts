import type { Patient } from '@wardbell/contract';
import { useMemo } from 'react';
import { nameActor } from '../../../shared/api/actor-name';
import { useMe } from '../../../shared/session/context';
import { useRoomText, useText } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { usePatientNames } from '../../patients/queries/use-patient-names';
import { AUDIT } from '../messages';
import { wordOf } from '../model/changes';
import { detailOf } from '../model/details';
import type { AuditRow } from '../use-audit';
import { usePeople } from '../use-people';
import { useFieldWords } from './use-field-words';

const NONE: readonly string[] = [];
/** Enough of an id to tell one from another on a screen. */
const SHORT = 8;

/** How an entry is said: who did what to whom. */
export interface AuditWords {
  readonly who: (row: AuditRow) => string;
  readonly what: (action: string) => string;
  readonly on: (row: AuditRow) => string;
  /** Why it failed or was refused, in words; null: it was not. */
  readonly reason: (row: AuditRow) => string | null;
  /** A value of the details. */
  readonly detail: (name: string, value: string | number) => string;
  /** The fields that changed. */
  readonly fields: (row: AuditRow) => string;
  readonly patient: (id: string) => Patient | undefined;
}

/** Names for the ids of entries: of people for all who may read the log, of patients for those who may see them. */
export const useAuditWords = (tenantId: string | null, rows: readonly AuditRow[]): AuditWords => {
  const text = useText();
  const words = useRoomText(AUDIT);
  const fields = useFieldWords();
  const me = useMe();
  const people = usePeople(tenantId ?? me.tenant?.id ?? null);
  const ids = useMemo(
    () =>
      me.role === 'super_admin' ? NONE : [...new Set(rows.flatMap(({ patient_id }) => patient_id ?? []))],
    [rows, me.role],
  );
  const patients = usePatientNames(ids);
  return useMemo(() => {
    const names = new Map(people.map(({ id, name }) => [id, name]));
    const objects: Readonly<Record<string, string>> = words.objects;
    const actions: Readonly<Record<string, string>> = words.actions;
    const vocabulary = { reasons: words.reasons, statuses: text.appointment.status };
    const detail = (name: string, value: string | number) => detailOf(name, value, vocabulary);
    const objectOf = ({ object_type, object_id }: AuditRow) =>
      object_type === null
        ? text.app.none
        : `${objects[object_type] ?? object_type}${object_id === null ? '' : ` ${object_id.slice(0, SHORT)}`}`;
    return {
      who: ({ actor_id, actor_role }) => {
        if (actor_id === null) return words.nobody;
        return nameActor({ id: actor_id, role: actor_role }, { text, names, myId: me.id, you: text.app.you });
      },
      what: (action) => actions[action] ?? action,
      on: (row) => {
        const patient = row.patient_id === null ? undefined : patients.get(row.patient_id);
        if (patient) return listedName(patient);
        if (me.tenant && row.object_id === me.tenant.id) return me.tenant.name;
        const name = row.object_type === 'user' && row.object_id !== null && names.get(row.object_id);
        return name || objectOf(row);
      },
      reason: ({ details }) => (details?.['code'] === undefined ? null : detail('code', details['code'])),
      detail,
      fields: ({ changed }) => changed.map((field) => fields[wordOf(field)] ?? field).join(', '),
      patient: (id) => patients.get(id),
    };
  }, [people, patients, text, words, fields, me]);
};
