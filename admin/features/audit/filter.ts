/** What changed something, what only read or was refused, or both. */
export const AUDIT_KINDS = ['changes', 'accesses', 'all'] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** What the audit log is narrowed by: ids and dates, as they may stand in an address. */
export interface AuditFilter {
  /** Null: the own clinic's log, for a super admin that of the installation. */
  readonly tenantId: string | null;
  readonly actorId: string | null;
  readonly patientId: string | null;
  readonly action: string | null;
  readonly kind: AuditKind;
  /** Calendar dates of the clinic, both inclusive. */
  readonly from: string | null;
  readonly to: string | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export const isUuid = (value: string | null): value is string => value !== null && UUID.test(value);
const uuidOf = (value: string | null): string | null => (isUuid(value) ? value : null);
const dateOf = (value: string | null): string | null =>
  value !== null && DATE.test(value) && !Number.isNaN(Date.parse(value)) ? value : null;

const kindOf = (value: string | null): AuditKind => AUDIT_KINDS.find((kind) => kind === value) ?? 'changes';

/** The filter that stands in an address; what is not one is ignored. */
export const readFilter = (get: (name: string) => string | null): AuditFilter => ({
  tenantId: uuidOf(get('tenant')),
  actorId: get('person'),
  patientId: uuidOf(get('patient')),
  action: get('action'),
  kind: kindOf(get('kind')),
  from: dateOf(get('from')),
  to: dateOf(get('to')),
});

/** The day after a calendar date: the API's upper bound is exclusive. */
export const dayAfter = (date: string): string => {
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
};
