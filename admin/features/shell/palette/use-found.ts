import { useDebouncedValue } from '@mantine/hooks';
import { useQueries, useQuery } from '@tanstack/react-query';
import type { Appointment, Patient } from '@wardbell/contract';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { toShownPatient } from '../../../shared/api/patient-rows';
import { loadPractitioners } from '../../../shared/clinic-setup/use-clinic-setup';
import { useApi, useMe } from '../../../shared/session/context';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { PALETTE } from './messages';
import { useGo } from './room-action';
import { type Command, hasWords } from './use-commands';

const DEBOUNCE_MS = 150;
const MIN_LETTERS = 2;
const MAX_PATIENTS = 6;
const MAX_PEOPLE = 4;
/** Appointments are shown of the likeliest patients only, so many of each. */
const PATIENTS_WITH_APPOINTMENTS = 3;
const MAX_APPOINTMENTS = 3;
/** Answers are names of patients: they are forgotten with the palette. */
const FORGET = { staleTime: 0, gcTime: 0 } as const;

/** What was found in the clinic; all of it appears at once, so that no line moves under the finger. */
export interface Found {
  readonly items: readonly Command[];
  readonly isSearching: boolean;
  readonly hasFailed: boolean;
}

/**
 * Patients with what they have today and later, practitioners, who lead to their schedule, and users for those who manage
 * them, by a typed text.
 */
export const useFound = (typed: string): Found => {
  const api = useApi();
  const { role } = useMe();
  const formats = useFormats();
  const text = useText();
  const words = useRoomText(PALETTE);
  const go = useGo();
  const wanted = typed.trim();
  const [search] = useDebouncedValue(wanted, DEBOUNCE_MS);
  const isLong = search.length >= MIN_LETTERS;
  const isCare = role !== 'super_admin';
  const isAdmin = role === 'tenant_admin' || role === 'super_admin';

  const patients = useQuery({
    queryKey: ['palette', 'patients', search],
    queryFn: async ({ signal }) => {
      const { data } = await api.call('GET', '/patients', { query: { search, limit: MAX_PATIENTS }, signal });
      return data.map(toShownPatient);
    },
    enabled: isCare && isLong,
    ...FORGET,
  });
  const users = useQuery({
    queryKey: ['palette', 'users', search],
    queryFn: async ({ signal }) =>
      (await api.call('GET', '/users', { query: { search, limit: MAX_PEOPLE }, signal })).data,
    enabled: isAdmin && isLong,
    ...FORGET,
  });
  const practitioners = useQuery({
    queryKey: ['palette', 'practitioners'],
    queryFn: async ({ signal }) => {
      const { rows } = await loadPractitioners(api, signal);
      return rows.filter(({ active }) => active);
    },
    enabled: isCare && isLong,
    ...FORGET,
  });
  const colleagues = useColleagueNames(isCare);
  const today = todayIn(formats.timeZone);
  const likeliest = patients.data?.slice(0, PATIENTS_WITH_APPOINTMENTS) ?? [];
  const appointments = useQueries({
    queries: likeliest.map((patient) => ({
      queryKey: ['palette', 'appointments', patient.id, today],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const query = { patient_id: patient.id, from: today, limit: MAX_APPOINTMENTS };
        const { data } = await api.call('GET', '/appointments', { query, signal });
        return data.map((appointment) => ({ patient, appointment }));
      },
      ...FORGET,
    })),
  });

  const ofPatient = (patient: Patient): Command => ({
    id: `patient-${patient.id}`,
    group: words.groups.patients,
    label: listedName(patient),
    detail: [
      patient.birth_date && formatMessage(words.born, { date: formats.date(patient.birth_date) }),
      formatMessage(words.mrn, { mrn: patient.mrn }),
    ]
      .filter(Boolean)
      .join(' · '),
    number: patient.mrn,
    run: () => go(`/patients/?id=${patient.id}`),
  });
  const ofAppointment = ({
    patient,
    appointment,
  }: {
    patient: Patient;
    appointment: Appointment;
  }): Command => {
    const { id, datetime, type, status } = appointment;
    const date = datetime === null ? '' : `date=${todayIn(formats.timeZone, Date.parse(datetime))}&`;
    return {
      id: `appointment-${id}`,
      group: words.groups.appointments,
      label: `${datetime === null ? '' : `${formats.day(datetime)} · `}${listedName(patient)}`,
      detail: [type, text.appointment.status[status]].join(' · '),
      run: () => go(`/schedule/?${date}id=${id}`),
    };
  };
  const ofPractitioners = (practitioners.data ?? []).flatMap(({ id, name, user_id }): Command[] => {
    const account = colleagues.get(user_id ?? '') ?? '';
    if (!hasWords(`${name} ${account}`, search)) return [];
    return [
      {
        id: `practitioner-${id}`,
        group: words.groups.people,
        label: name,
        detail: [account, text.rooms.schedule].filter(Boolean).join(' · '),
        run: () => go(`/schedule/?practitioner=${id}`),
      },
    ];
  });
  const all = [patients, users, practitioners, ...appointments];
  const isPending = isLong && all.some((query) => query.isLoading);
  const isSearching = wanted !== search || isPending;
  // What was found for other letters is not shown for these.
  if (wanted.length < MIN_LETTERS || isSearching)
    return { items: [], isSearching: isSearching && wanted.length >= MIN_LETTERS, hasFailed: false };
  return {
    items: [
      ...(patients.data ?? []).map(ofPatient),
      ...appointments.flatMap((query) => query.data ?? []).map(ofAppointment),
      ...ofPractitioners.slice(0, MAX_PEOPLE),
      ...(users.data ?? []).map(({ id, name, email }) => ({
        id: `user-${id}`,
        group: words.groups.people,
        label: name,
        detail: email,
        run: () => go(`/users/?id=${id}`),
      })),
    ],
    isSearching: false,
    hasFailed: all.some((query) => query.isError),
  };
};
