import { EventTypeName } from '@wardbell/contract/event';
import { EventTypePut } from '@wardbell/contract/publishing';
import type { Body, EndpointOf } from '../../../shared/api/types';
import { addIssues, errorsAt, type FieldErrors, fieldsOf } from '../../../shared/forms/draft-errors';
import { formatMessage } from '../../../shared/text/message';
import type { IntegrationsText } from '../messages';
import type { EventType } from '../queries/use-event-types';

/** An event type in the form. */
export interface EventTypeDraft {
  readonly type: string;
  readonly description: string;
  /** JSON; empty: any data. */
  readonly schema: string;
}
type Field = keyof EventTypeDraft;
type Words = IntegrationsText['eventTypes']['form']['errors'];

export const EMPTY_EVENT_TYPE: EventTypeDraft = { type: '', description: '', schema: '' };
const isField = fieldsOf(EMPTY_EVENT_TYPE);

export const toEventTypeDraft = ({ type, description, schema }: EventType): EventTypeDraft => ({
  type,
  description: description ?? '',
  schema: schema === null ? '' : JSON.stringify(schema, null, 2),
});

/** Undefined when the text is not JSON. */
const readSchema = (text: string): unknown => {
  try {
    return text.trim() === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parse = ({ description, schema }: EventTypeDraft) =>
  EventTypePut.safeParse({
    ...(description.trim() === '' ? {} : { description: description.trim() }),
    schema: readSchema(schema),
  });

/** Body of `PUT /event-types/{type}` of a draft without errors. */
export const toEventTypeBody = (draft: EventTypeDraft): Body<EndpointOf<'PUT', '/event-types/:type'>> =>
  parse(draft).data ?? {};

/** Errors of a draft by field, in words. */
export const validateEventType = (draft: EventTypeDraft, words: Words): FieldErrors<Field> => {
  const errors: FieldErrors<Field> = {};
  if (!EventTypeName.safeParse(draft.type.trim()).success) errors.type = words.type;
  if (readSchema(draft.schema) === undefined) errors.schema = words.notJson;
  addIssues(errors, parse(draft).error?.issues, isField, (field, issue) =>
    field === 'description' && issue.maximum !== undefined
      ? formatMessage(words.tooLong, { max: Number(issue.maximum) })
      : words.schema,
  );
  return errors;
};

/** Fields that the server refused, in words; of a schema also the reason, which names a part of it. */
export const refusedEventTypeFields = (
  code: string,
  fields: readonly { readonly path: string; readonly message: string }[],
  words: Words,
): FieldErrors<Field> => {
  if (code === 'reserved_type') return { type: words.reserved };
  const schema = fields.find(({ path }) => path === 'schema');
  return {
    ...errorsAt(fields, (part) => (isField(part) ? part : undefined), words.schema),
    ...(schema ? { schema: formatMessage(words.refused, { reason: schema.message }) } : {}),
  };
};
