import type { KeyRole, Scope } from '@wardbell/contract';
import { IntegrationKeyCreate } from '@wardbell/contract/integration-key';
import type { Body, EndpointOf } from '../../../shared/api/types';
import { addIssues, errorsAt, type FieldErrors, fieldsOf } from '../../../shared/forms/draft-errors';
import { formatMessage } from '../../../shared/text/message';
import type { IntegrationsText } from '../messages';

/** Scopes in the order of the form. Those for FHIR have no routes yet. */
export const OFFERED_SCOPES = [
  'events:write',
  'stream:read',
  'gateways:write',
  'patients:read',
  'patients:write',
  'appointments:read',
  'appointments:write',
] as const satisfies readonly Scope[];
export type OfferedScope = (typeof OFFERED_SCOPES)[number];

/** Days until a key expires. */
export const EXPIRIES = ['never', '30', '90', '365'] as const;
export type Expiry = (typeof EXPIRIES)[number];

/** An integration key in the form. */
export interface KeyDraft {
  readonly name: string;
  readonly scopes: readonly OfferedScope[];
  /** Empty: not chosen. */
  readonly role: KeyRole | '';
  readonly expires_at: Expiry;
}
type Field = keyof KeyDraft;
type Words = IntegrationsText['keys']['form']['errors'];

export const EMPTY_KEY: KeyDraft = { name: '', scopes: [], role: '', expires_at: 'never' };
const isField = fieldsOf(EMPTY_KEY);

export const hasCareScope = (scopes: readonly Scope[]): boolean =>
  scopes.some((scope) => /^(patients|appointments):/.test(scope));

/** Views among which one must be chosen for these scopes; none: the key reads nothing. */
export const viewsFor = (scopes: readonly Scope[]): readonly KeyRole[] => {
  if (scopes.includes('stream:read')) return ['ids', 'front_desk', 'clinician'];
  return hasCareScope(scopes) ? ['front_desk', 'clinician'] : [];
};

const DAY_MS = 86_400_000;

/** Body of `POST /integration-keys`; a view that the scopes do not need is left out. */
export const toKeyBody = (
  { name, scopes, role, expires_at }: KeyDraft,
  nowMs: number,
): Body<EndpointOf<'POST', '/integration-keys'>> => ({
  name: name.trim(),
  scopes: [...scopes],
  ...(role !== '' && viewsFor(scopes).includes(role) ? { role } : {}),
  ...(expires_at === 'never'
    ? {}
    : { expires_at: new Date(nowMs + Number(expires_at) * DAY_MS).toISOString() }),
});

/** Errors of a draft by field, in words. */
export const validateKey = (draft: KeyDraft, words: Words): FieldErrors<Field> => {
  const errors: FieldErrors<Field> = {};
  const body = toKeyBody(draft, Date.now());
  if (viewsFor(draft.scopes).length > 0 && body.role === undefined) errors.role = words.view;
  addIssues(errors, IntegrationKeyCreate.safeParse(body).error?.issues, isField, (field, issue) => {
    if (field === 'scopes') return words.scopes;
    if (issue.code === 'too_small') return words.required;
    if (issue.code === 'too_big' && issue.maximum !== undefined)
      return formatMessage(words.tooLong, { max: Number(issue.maximum) });
    return words.other;
  });
  return errors;
};

/** Fields that the server refused, in words. */
export const refusedKeyFields = (fields: readonly { readonly path: string }[], words: Words) =>
  errorsAt(fields, (part) => (isField(part) ? part : undefined), words.other);
