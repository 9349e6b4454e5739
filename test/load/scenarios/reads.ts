import type { Scenario } from '../scenario.js';
import { measureRequests, requestColumns } from './requests.js';

/** Reads of patients over HTTP, each of which the audit log records. */
export const readsScenario: Scenario = {
  name: 'reads',
  title: 'Reads: patients over HTTP, everything on two cores',
  columns: requestColumns('reads/s'),
  isDefault: true,
  rows: (bench) =>
    bench.wardbells.flatMap((ours) => [
      {
        name: `${ours.name}, details, 20 tenants`,
        measure: () => measureRequests(bench, ours.start(20), 20, 'read'),
      },
      {
        name: `${ours.name}, details, 1 tenant`,
        measure: () => measureRequests(bench, ours.start(1), 1, 'read'),
      },
      {
        name: `${ours.name}, list of 50, 20 tenants`,
        measure: () => measureRequests(bench, ours.start(20), 20, 'list'),
      },
    ]),
};
