import type { User } from '@wardbell/contract';
import { UserCreate } from '@wardbell/contract/user';
import type { Body, EndpointOf } from '../../../shared/api/types';
import {
  addIssues,
  errorsAt,
  type FieldErrors,
  type FieldIssue,
  fieldsOf,
} from '../../../shared/forms/draft-errors';
import { formatMessage } from '../../../shared/text/message';
import type { UsersText } from '../messages';
import { BY_LINK, type StartDraft } from './start';

/** A user as a form holds it. Brings the contract's schemas with it, so it comes with a form, not with the room. */
export interface UserDraft {
  readonly name: string;
  readonly email: string;
  readonly role: User['role'];
  /** Empty for "not chosen"; super admins have none. */
  readonly tenant_id: string;
  readonly start: StartDraft;
}
type DraftField = keyof UserDraft;
type Errors = FieldErrors<DraftField>;
type Words = UsersText['form']['errors'];

export const EMPTY_DRAFT: UserDraft = {
  name: '',
  email: '',
  role: 'clinician',
  tenant_id: '',
  start: BY_LINK,
};
const isField = fieldsOf(EMPTY_DRAFT);

/** Fields of an account that is there; its clinic stays, its password has a form of its own. */
export const ACCOUNT_FIELDS = ['name', 'email', 'role'] as const;
export type AccountDraft = Pick<UserDraft, (typeof ACCOUNT_FIELDS)[number]>;

export const toAccountDraft = ({ name, email, role }: User): AccountDraft => ({ name, email, role });

/** The body of `PATCH /users/{id}`: what differs from `base`. */
export const toUpdateBody = (
  base: AccountDraft,
  draft: AccountDraft,
): Body<EndpointOf<'PATCH', '/users/:id'>> => ({
  ...(draft.name.trim() === base.name ? {} : { name: draft.name.trim() }),
  ...(draft.email.trim() === base.email ? {} : { email: draft.email.trim() }),
  ...(draft.role === base.role ? {} : { role: draft.role }),
});

const describe = (field: DraftField, issue: FieldIssue, words: Words): string => {
  if (field === 'email') return words.email;
  if (field === 'start') return words.password;
  if (issue.code === 'too_small') return words.required;
  if (issue.code === 'too_big' && issue.maximum !== undefined)
    return formatMessage(words.tooLong, { max: Number(issue.maximum) });
  return words.other;
};

/** What the contract finds wrong in a draft, by field, in words. */
export const validateDraft = (draft: UserDraft, words: Words, tenantNeeded: boolean): Errors => {
  const errors: Errors = {};
  if (tenantNeeded && draft.role !== 'super_admin' && draft.tenant_id === '') errors.tenant_id = words.tenant;
  const parsed = UserCreate.safeParse({
    name: draft.name.trim(),
    email: draft.email.trim(),
    role: draft.role,
    password: draft.start.way === 'typed' ? draft.start.password : 'one that will be made',
  });
  const issues = parsed.error?.issues.map((issue) =>
    issue.path[0] === 'password' ? { ...issue, path: ['start'] } : issue,
  );
  addIssues(errors, issues, isField, (field, issue) => describe(field, issue, words));
  return errors;
};

/** What the server found wrong, by field, in words. */
export const refusedFields = (
  code: string,
  fields: readonly { readonly path: string }[],
  words: Words,
): Errors => {
  if (code === 'email_taken') return { email: words.emailTaken };
  if (code === 'weak_password') return { start: words.weakPassword };
  if (code === 'unknown_tenant') return { tenant_id: words.tenant };
  return errorsAt(fields, (part) => (isField(part) ? part : undefined), words.other);
};
