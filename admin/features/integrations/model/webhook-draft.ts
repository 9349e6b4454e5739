import type { KeyRole, Webhook } from '@wardbell/contract';
import { WebhookCreate } from '@wardbell/contract/webhook';
import type { Body, EndpointOf } from '../../../shared/api/types';
import { addIssues, errorsAt, type FieldErrors, fieldsOf } from '../../../shared/forms/draft-errors';
import { formatMessage } from '../../../shared/text/message';
import type { IntegrationsText } from '../messages';

/** A webhook in the form. */
export interface WebhookDraft {
  readonly url: string;
  /** Names separated by blanks or commas; empty: all types. */
  readonly types: string;
  readonly payload: KeyRole;
  readonly description: string;
}
type Field = keyof WebhookDraft;
type Words = IntegrationsText['webhooks']['form']['errors'];

export const EMPTY_WEBHOOK: WebhookDraft = { url: '', types: '', payload: 'ids', description: '' };
export const WEBHOOK_FIELDS = ['url', 'types', 'payload', 'description'] as const;
const isField = fieldsOf(EMPTY_WEBHOOK);

export const toWebhookDraft = ({ url, types, payload, description }: Webhook): WebhookDraft => ({
  url,
  types: types?.join(', ') ?? '',
  payload,
  description: description ?? '',
});

/** Body of `POST /webhooks`. */
export const toWebhookBody = ({
  url,
  types,
  payload,
  description,
}: WebhookDraft): Required<Body<EndpointOf<'POST', '/webhooks'>>> => {
  const names = types.split(/[\s,]+/).filter((name) => name !== '');
  return {
    url: url.trim(),
    types: names.length === 0 ? null : [...new Set(names)],
    payload,
    description: description.trim() === '' ? null : description.trim(),
  };
};

/** Body of `PATCH /webhooks/{id}`: what differs from `base`. */
export const toWebhookChange = (
  base: WebhookDraft,
  draft: WebhookDraft,
): Body<EndpointOf<'PATCH', '/webhooks/:id'>> => {
  const [before, after] = [toWebhookBody(base), toWebhookBody(draft)];
  return {
    ...(after.url === before.url ? {} : { url: after.url }),
    ...(JSON.stringify(after.types) === JSON.stringify(before.types) ? {} : { types: after.types }),
    ...(after.payload === before.payload ? {} : { payload: after.payload }),
    ...(after.description === before.description ? {} : { description: after.description }),
  };
};

/** Errors of a draft by field, in words. */
export const validateWebhook = (draft: WebhookDraft, words: Words): FieldErrors<Field> => {
  const errors: FieldErrors<Field> = {};
  addIssues(errors, WebhookCreate.safeParse(toWebhookBody(draft)).error?.issues, isField, (field, issue) => {
    if (issue.code === 'too_big' && field !== 'types' && issue.maximum !== undefined)
      return formatMessage(words.tooLong, { max: Number(issue.maximum) });
    if (field === 'url' || field === 'types') return words[field];
    return words.other;
  });
  return errors;
};

/** Fields that the server refused, in words. The server refuses a URL whose address it does not send to. */
export const refusedWebhookFields = (fields: readonly { readonly path: string }[], words: Words) => ({
  ...errorsAt(fields, (part) => (isField(part) ? part : undefined), words.other),
  ...errorsAt(fields, (part) => (part === 'url' ? part : undefined), words.urlRefused),
});
