import type { AuditRow } from '@wardbell/contract';
import type { z } from 'zod';

/**
 * Rows of the audit log as FHIR R4 AuditEvents, after IHE Basic Audit Log Patterns 1.1 (https://profiles.ihe.net/ITI/BALP).
 * Names and clinical text are not in a row, so they are not in its event. Queries follow no profile, because those
 * require the text of the search.
 */

type Row = z.output<typeof AuditRow>;

interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
const PROFILES = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';

const dicom = (code: string, display: string): Coding => ({ system: DCM, code, display });
const hl7 = (system: string, code: string, display: string): Coding => ({
  system: `${TERMINOLOGY}/${system}`,
  code,
  display,
});
const interaction = (code: string): Coding => ({
  system: 'http://hl7.org/fhir/restful-interaction',
  code,
  display: code,
});

const REST = hl7('audit-event-type', 'rest', 'Restful Operation');
const SOURCE = dicom('110153', 'Source Role ID');
const DESTINATION = dicom('110152', 'Destination Role ID');
const APPLICATION = dicom('110150', 'Application');
const CUSTODIAN = hl7('provenance-participant-type', 'custodian', 'Custodian');
const RECIPIENT = hl7('v3-ParticipationType', 'IRCP', 'information recipient');
const AUTHOR = hl7('v3-ParticipationType', 'AUT', 'author (originator)');

/** What an action is in FHIR. */
interface Kind {
  readonly type: Coding;
  readonly subtype: Coding;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  /** Types of the agents. */
  readonly client: Coding;
  readonly server: Coding;
  readonly user: Coding;
  /** Last part of the name of its profile. */
  readonly profile?: string;
}

const READING = { client: DESTINATION, server: SOURCE, user: RECIPIENT };
/** Also of searches: the client is the source of the query. */
const ASKING = { client: SOURCE, server: DESTINATION, user: RECIPIENT };
const WRITING = { client: SOURCE, server: DESTINATION, user: AUTHOR };

const READ: Kind = { type: REST, subtype: interaction('read'), action: 'R', ...READING, profile: 'Read' };
const SEARCH: Kind = { type: REST, subtype: interaction('search-type'), action: 'E', ...ASKING };
const CREATE: Kind = {
  type: REST,
  subtype: interaction('create'),
  action: 'C',
  ...WRITING,
  profile: 'Create',
};
const UPDATE: Kind = {
  type: REST,
  subtype: interaction('update'),
  action: 'U',
  ...WRITING,
  profile: 'Update',
};
const DELETE: Kind = {
  type: REST,
  subtype: interaction('delete'),
  action: 'D',
  client: APPLICATION,
  server: CUSTODIAN,
  user: AUTHOR,
  profile: 'Delete',
};
const OPERATION: Kind = { type: REST, subtype: interaction('operation'), action: 'E', ...WRITING };

const AUTHENTICATION = dicom('110114', 'User Authentication');
const LOGIN: Kind = { ...OPERATION, type: AUTHENTICATION, subtype: dicom('110122', 'Login') };
const REFUSED: Kind = {
  ...OPERATION,
  type: dicom('110113', 'Security Alert'),
  subtype: dicom('110132', 'Use of Restricted Function'),
};
const EXPORT: Kind = { ...SEARCH, type: dicom('110106', 'Export'), action: 'R' };
const EMERGENCY: Kind = {
  ...OPERATION,
  type: dicom('110113', 'Security Alert'),
  subtype: dicom('110127', 'Emergency Override Started'),
};

/** Actions whose kind does not follow from their verb. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['auth.login', LOGIN],
  ['auth.failed', LOGIN],
  ['auth.login_failed', LOGIN],
  ['auth.logout', { ...LOGIN, subtype: dicom('110123', 'Logout') }],
  ['access.refused', REFUSED],
  ['patient.break_glass', EMERGENCY],
  ['events.read', SEARCH],
  ['stream.open', { ...OPERATION, ...ASKING }],
  ['audit.read', { ...SEARCH, type: dicom('110101', 'Audit Log Used'), action: 'R' }],
]);

const VERBS: ReadonlyMap<string, Kind> = new Map([
  ['read', READ],
  ['list', SEARCH],
  ['create', CREATE],
  ['update', UPDATE],
  ['put', UPDATE],
  ['status', UPDATE],
  ['limits', UPDATE],
  ['security', UPDATE],
  ['delete', DELETE],
  ['export', EXPORT],
  ['purge', DELETE],
]);

const kindOf = (action: string): Kind =>
  KINDS.get(action) ?? VERBS.get(action.slice(action.indexOf('.') + 1)) ?? OPERATION;

const FAILED: ReadonlySet<string> = new Set(['auth.failed', 'auth.login_failed', 'access.refused']);

/** Types of objects that are FHIR resources. */
const RESOURCES: ReadonlyMap<string, string> = new Map([
  ['patient', 'Patient'],
  ['appointment', 'Appointment'],
]);

/** A FHIR AuditEvent. @param server the URL by which the reader knows the server */
export function toAuditEvent(row: Row, server: string): object {
  const kind = kindOf(row.action);
  const isFailed = FAILED.has(row.action);
  const profile = isFailed ? undefined : profileOf(row, kind);
  const code = row.details?.['code'];
  const emergency = kind === EMERGENCY;
  return {
    resourceType: 'AuditEvent',
    id: row.id,
    ...(profile === undefined ? {} : { meta: { profile: [`${PROFILES}${profile}`] } }),
    type: kind.type,
    subtype: [kind.subtype, { system: 'urn:wardbell:action', code: row.action }],
    action: kind.action,
    recorded: row.at,
    outcome: isFailed ? '4' : '0',
    ...(isFailed && code !== undefined ? { outcomeDesc: String(code) } : {}),
    ...(emergency
      ? { purposeOfEvent: [{ coding: [hl7('v3-ActReason', 'ETREAT', 'Emergency Treatment')] }] }
      : {}),
    agent: agentsOf(row, kind, server),
    source: {
      site: row.tenant_id ?? 'installation',
      observer: {
        display: 'Wardbell',
        identifier: { system: 'urn:wardbell:audit-seq', value: String(row.seq) },
      },
      type: [hl7('security-source-type', '4', 'Application Server')],
    },
    entity: entitiesOf(row, kind),
  };
}

/** Profiles require the address of the client and the object. */
function profileOf(row: Row, { profile }: Kind): string | undefined {
  if (profile === undefined || row.address === null || row.object_id === null) return undefined;
  return row.patient_id === null ? profile : `Patient${profile}`;
}

function agentsOf(row: Row, kind: Kind, server: string): object[] {
  const { actor_id: actor, actor_role: role, address } = row;
  const client = {
    type: { coding: [kind.client] },
    who: { display: address ?? 'unknown' },
    requestor: actor === null,
    ...(address === null ? {} : { network: { address, type: '2' } }),
  };
  const own = {
    type: { coding: [kind.server] },
    who: { display: 'Wardbell' },
    requestor: false,
    network: { address: server, type: '5' },
  };
  if (actor === null) return [client, own];
  const user = {
    type: { coding: [kind.user] },
    ...(role === null ? {} : { role: [{ coding: [{ system: 'urn:wardbell:role', code: role }] }] }),
    who: { identifier: { system: 'urn:wardbell:user', value: actor } },
    requestor: true,
  };
  return [client, own, user];
}

function entitiesOf(row: Row, kind: Kind): object[] {
  const patient = row.patient_id === null ? [] : [patientOf(row.patient_id)];
  return [...patient, objectOf(row, kind)];
}

const patientOf = (id: string): object => ({
  what: { reference: `Patient/${id}` },
  type: hl7('audit-entity-type', '1', 'Person'),
  role: hl7('object-role', '1', 'Patient'),
});

function objectOf(row: Row, kind: Kind): object {
  const details = [
    ...row.changed.map((name) => ({ type: 'changed', valueString: name })),
    ...Object.entries(row.details ?? {}).map(([type, value]) => ({ type, valueString: String(value) })),
  ].filter(({ valueString }) => valueString !== '');
  const what = referenceOf(row);
  return {
    ...(what === undefined ? {} : { what }),
    type: hl7('audit-entity-type', '2', 'System Object'),
    role: roleOf(kind),
    ...(details.length > 0 ? { detail: details } : {}),
  };
}

const roleOf = (kind: Kind): Coding =>
  kind.subtype === SEARCH.subtype
    ? hl7('object-role', '24', 'Query')
    : hl7('object-role', '4', 'Domain Resource');

function referenceOf({ object_type: type, object_id: id }: Row): object | undefined {
  if (type === null || id === null) return undefined;
  const resource = RESOURCES.get(type);
  return resource === undefined
    ? { identifier: { system: `urn:wardbell:${type}`, value: id } }
    : { reference: `${resource}/${id}` };
}
