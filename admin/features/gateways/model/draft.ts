import type { Gateway } from '@wardbell/contract';
import { GatewayId, GatewayPut, GatewayStatus } from '@wardbell/contract/gateway';
import { addIssues, type FieldErrors, fieldsOf } from '../../../shared/forms/draft-errors';
import { formatMessage } from '../../../shared/text/message';
import type { GatewaysText } from '../messages';

/** A gateway as the form holds it. */
export interface GatewayDraft {
  readonly gateway_id: string;
  readonly gateway_type: string;
  readonly status: Gateway['status'];
  /** Seconds; empty for no limit. */
  readonly expect_every_s: string;
}
type DraftField = keyof GatewayDraft;
type Words = GatewaysText['form']['errors'];

export const STATUSES = GatewayStatus.options;
/** Longest silence limit: a week. */
const MAX_EXPECT_EVERY_S = 7 * 86_400;

export const EMPTY_DRAFT: GatewayDraft = {
  gateway_id: '',
  gateway_type: '',
  status: 'UNKNOWN',
  expect_every_s: '',
};
const isField = fieldsOf(EMPTY_DRAFT);

export const toDraft = ({ gateway_id, gateway_type, status, expect_every_s }: Gateway): GatewayDraft => ({
  gateway_id,
  gateway_type,
  status,
  expect_every_s: expect_every_s === null ? '' : String(expect_every_s),
});

/** The body of `PUT /gateways/{id}`. A report replaces what the gateway reported before, so that is sent again. */
export const toReport = (draft: GatewayDraft, metadata: Gateway['metadata']): GatewayPut => {
  const expected = draft.expect_every_s.trim();
  return {
    gateway_type: draft.gateway_type.trim(),
    status: draft.status,
    metadata,
    ...(expected === '' ? {} : { expect_every_s: Number(expected) }),
  };
};

/** Errors of a draft by field, as the contract finds them. */
export const validateDraft = (draft: GatewayDraft, words: Words): FieldErrors<DraftField> => {
  const errors: FieldErrors<DraftField> = {};
  if (!GatewayId.safeParse(draft.gateway_id.trim()).success) errors.gateway_id = words.id;
  const parsed = GatewayPut.safeParse(toReport(draft, {}));
  addIssues(errors, parsed.error?.issues, isField, (field) => {
    if (field === 'gateway_type') return words.type;
    if (field === 'expect_every_s') return formatMessage(words.expect, { max: MAX_EXPECT_EVERY_S });
    return words.other;
  });
  return errors;
};
