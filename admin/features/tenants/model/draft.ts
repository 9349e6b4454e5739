import type { Limits, Tenant } from '@wardbell/contract';
import { TenantCreate } from '@wardbell/contract/tenant';
import type { FieldError } from '../../../shared/api/failure';
import type { Body, EndpointOf } from '../../../shared/api/types';
import { formatMessage } from '../../../shared/text/message';
import {
  changedFields,
  type LimitsDraft,
  toLimits,
  toDraft as toLimitsDraft,
  validateDraft as validateLimits,
} from '../../limits/model/draft';
import { LIMIT_FIELDS, type LimitField } from '../../limits/model/fields';
import type { TenantsText } from '../messages';

/** A clinic as the form holds it; the numbers are its ceilings. */
export interface TenantDraft extends LimitsDraft {
  name: string;
  slug: string;
  time_zone: string;
}
export type TenantField = keyof TenantDraft & string;

const TEXT_FIELDS = ['name', 'slug', 'time_zone'] as const satisfies readonly TenantField[];
export const TENANT_FIELDS = [...TEXT_FIELDS, ...LIMIT_FIELDS] as const;

const NONE: Limits = {
  max_connections: null,
  max_connections_per_user: null,
  max_messages_per_minute: null,
};

export const emptyDraft = (timeZone: string): TenantDraft => ({
  name: '',
  slug: '',
  time_zone: timeZone,
  ...toLimitsDraft(NONE),
});

export const toDraft = ({ name, slug, time_zone, ceilings }: Tenant): TenantDraft => ({
  name,
  slug,
  time_zone,
  ...toLimitsDraft(ceilings),
});

/** A short name that goes with a name: "Praxis am Lindenhof" is "praxis-am-lindenhof". */
export const slugFor = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');

export const toCreateBody = (draft: TenantDraft): Body<EndpointOf<'POST', '/tenants'>> => ({
  name: draft.name,
  slug: draft.slug.trim(),
  time_zone: draft.time_zone,
  ceilings: toLimits(draft, NONE),
});

/** What differs from `base`, and nothing else. */
export const toUpdateBody = (
  base: TenantDraft,
  draft: TenantDraft,
): Body<EndpointOf<'PATCH', '/tenants/:id'>> => {
  const texts = Object.fromEntries(
    TEXT_FIELDS.filter((field) => draft[field].trim() !== base[field]).map((field) => [
      field,
      draft[field].trim(),
    ]),
  );
  const ceilings = changedFields(toLimits(base, NONE), draft);
  return { ...texts, ...(Object.keys(ceilings).length > 0 ? { ceilings } : {}) };
};

/** What is wrong with it by the contract, by field. */
export const validateDraft = (
  draft: TenantDraft,
  words: TenantsText['form']['errors'],
): Partial<Record<TenantField, string>> => {
  const errors: Partial<Record<TenantField, string>> = validateLimits(draft, null, words);
  const { name, slug, time_zone } = TenantCreate.shape;
  const isName = name.safeParse(draft.name);
  if (draft.name.trim() === '') errors.name = words.required;
  else if (!isName.success) {
    const [issue] = isName.error.issues;
    errors.name =
      issue?.code === 'too_big' ? formatMessage(words.tooLong, { max: Number(issue.maximum) }) : words.other;
  }
  if (draft.slug.trim() === '') errors.slug = words.required;
  else if (!slug.safeParse(draft.slug.trim()).success) errors.slug = words.slug;
  if (!time_zone.safeParse(draft.time_zone).success) errors.time_zone = words.timeZone;
  return errors;
};

const isTextField = (path: string): path is (typeof TEXT_FIELDS)[number] =>
  TEXT_FIELDS.some((field) => field === path);
const isCeiling = (path: string): path is LimitField => LIMIT_FIELDS.some((field) => field === path);

/** Fields that the server refused, in words. */
export const refusedFields = (
  code: string,
  fields: readonly FieldError[],
  words: TenantsText['form']['errors'],
): Partial<Record<TenantField, string>> => {
  if (code === 'slug_taken') return { slug: words.slugTaken };
  const errors: Partial<Record<TenantField, string>> = {};
  for (const { path } of fields) {
    const field = path.replace(/^ceilings\./, '');
    if (field === 'time_zone') errors.time_zone = words.timeZone;
    else if (isTextField(field) || isCeiling(field)) errors[field] = words.other;
  }
  return errors;
};
