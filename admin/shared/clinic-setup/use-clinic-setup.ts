import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type {
  Absence,
  AppointmentType,
  ClinicSettings,
  OfficeHours,
  Practitioner,
  Room,
} from '@wardbell/contract';
import type { Api } from '../api/api';
import { loadPages } from '../api/load-pages';
import { useApi } from '../session/context';

const PAGE = 200;
/** A clinic has at most 1,000 of each. */
const MAX_PAGES = 5;

/** What a clinic books with. */
export interface ClinicSetup {
  readonly practitioners: readonly Practitioner[];
  readonly rooms: readonly Room[];
  readonly types: readonly AppointmentType[];
  readonly absences: readonly Absence[];
  readonly hours: OfficeHours;
  readonly settings: ClinicSettings;
}

/** All practitioners of the clinic, also those who are not active. */
export const loadPractitioners = (api: Api, signal: AbortSignal) =>
  loadPages(MAX_PAGES, (after) =>
    api.call('GET', '/practitioners', { query: { limit: PAGE, after }, signal }),
  );

export const CLINIC_SETUP = ['clinic-setup'] as const;

/** What the clinic books with, live: read again when somebody changes any of it. */
export const useClinicSetup = () => {
  const api = useApi();
  const cache = useQueryClient();
  useEvents(['clinic_setup_changed', 'resync_required'], () =>
    cache.invalidateQueries({ queryKey: CLINIC_SETUP }),
  );
  return useQuery({
    queryKey: CLINIC_SETUP,
    // changes are told while it is shown, and it is forgotten when it is not
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: async ({ signal }): Promise<ClinicSetup> => {
      const [practitioners, rooms, types, absences, hours, settings] = await Promise.all([
        loadPractitioners(api, signal),
        loadPages(MAX_PAGES, (after) => api.call('GET', '/rooms', { query: { limit: PAGE, after }, signal })),
        loadPages(MAX_PAGES, (after) =>
          api.call('GET', '/appointment-types', { query: { limit: PAGE, after }, signal }),
        ),
        loadPages(MAX_PAGES, (after) =>
          api.call('GET', '/absences', { query: { limit: PAGE, after }, signal }),
        ),
        api.call('GET', '/office-hours', { signal }),
        api.call('GET', '/clinic-settings', { signal }),
      ]);
      return {
        practitioners: practitioners.rows,
        rooms: rooms.rows,
        types: types.rows,
        absences: absences.rows,
        hours,
        settings,
      };
    },
  });
};

/** As the server compares names: neither case nor the number of blanks matters. */
export const foldName = (name: string): string =>
  name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
