/**
 * `acknowledged`: has happened. `unknown`: may have. `undone`: has not (rolled back or refused).
 */
export type Outcome = 'acknowledged' | 'unknown' | 'undone';

/** Something that a writer wanted to happen, and the one event that it makes. */
export interface Deed {
  readonly tenantId: string;
  /** Names the event: see `signatureOf`. */
  readonly signature: string;
  outcome: Outcome;
}

/** A row of the log as the oracle reads it. */
export interface LogRow {
  readonly tenantId: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly audience: { readonly user_ids?: readonly string[]; readonly roles?: readonly string[] } | null;
  /** As frames say it. */
  readonly timestamp: string;
  readonly actorId: string | null;
  /** Attributes of the CloudEvent that it came as. */
  readonly cloudEvent?: unknown;
}

/** Events that no write asks for: the server tells what became of an earlier one. */
export const isConsequence = ({ type, data }: Pick<LogRow, 'type' | 'data'>): boolean =>
  type === 'inbox_changed' ||
  type === 'notification_progress' ||
  type === 'notification_state' ||
  (type === 'system_notification' && data['step'] !== 0);

/** What identifies an event by what its writer knew before it happened. */
export const signatureOf = ({ type, data }: Pick<LogRow, 'type' | 'data'>): string => {
  switch (type) {
    case 'patient_created':
      return `${type} ${data['mrn']}`;
    case 'appointment_created':
      return `${type} ${data['room']}`;
    case 'patient_deleted':
      return `${type} ${data['patient_id']}`;
    case 'appointment_deleted':
      return `${type} ${data['appointment_id']}`;
    case 'system_notification':
      return `${type} ${data['message']}`;
    case 'patient_updated':
    case 'appointment_updated':
    case 'appointment_cancelled':
      return `${type} ${data['id']} ${data['version']}`;
    default:
      return `${type} ${data['key']}`;
  }
};

/** Everything that was tried in a run. */
export class Ledger {
  readonly deeds: Deed[] = [];
  /** Answers that nobody may ever get, such as a 500. */
  readonly surprises: string[] = [];

  /** Writes down what is about to be tried. */
  intend(tenantId: string, type: string, identity: string): Deed {
    const deed: Deed = { tenantId, signature: `${type} ${identity}`, outcome: 'unknown' };
    this.deeds.push(deed);
    return deed;
  }
}
