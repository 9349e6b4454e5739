import type { InboxNotice, NoticeTarget } from '@wardbell/contract';
import { NotificationCreate } from '@wardbell/contract/notice';
import type { Body, EndpointOf } from '../../../shared/api/types';
import type { NotificationsText } from '../messages';
import { EMPTY_ESCALATION, type EscalationDraft, toEscalation, validateEscalation } from './escalation-draft';
import { type TargetDraft, toTarget } from './target-draft';

export type NoticeBody = Body<EndpointOf<'POST', '/notifications'>>;

const HOUR_MS = 3_600_000;
/** After how many hours a notice may leave the inboxes; empty: never. */
export const EXPIRIES = ['', '1', '4', '12', '24', '168'] as const;

/** A notice as a form holds it. Brings the contract's schema with it, so it comes with the form. */
export interface NotificationDraft extends EscalationDraft {
  readonly title: string;
  readonly message: string;
  readonly level: InboxNotice['level'];
  readonly link: string;
  /** Super admins: `all` clinics, or the one that `tenantId` names. */
  readonly to: 'all' | 'one';
  readonly tenantId: string;
  readonly audience: TargetDraft;
  readonly expiresInHours: string;
  readonly requiresAck: boolean;
  /** Id of an escalation policy; empty: the steps of this draft. */
  readonly policyId: string;
  readonly isDrill: boolean;
}

export const EMPTY_DRAFT: NotificationDraft = {
  title: '',
  message: '',
  level: 'info',
  link: '',
  to: 'one',
  tenantId: '',
  audience: { kind: 'all', roles: [], userIds: [] },
  expiresInHours: '',
  requiresAck: false,
  policyId: '',
  isDrill: false,
  ...EMPTY_ESCALATION,
};

const audienceOf = ({ audience }: NotificationDraft): { audience?: NoticeTarget } => {
  const target = toTarget(audience);
  return target === null ? {} : { audience: target };
};

export const toBody = (draft: NotificationDraft, isSuper: boolean, nowMs: number): NoticeBody => {
  const { title, message, level, link, expiresInHours, requiresAck, policyId, isDrill } = draft;
  return {
    message: message.trim(),
    level,
    ...(title.trim() === '' ? {} : { title: title.trim() }),
    ...(link.trim() === '' ? {} : { link: link.trim() }),
    ...(expiresInHours === ''
      ? {}
      : { expires_at: new Date(nowMs + Number(expiresInHours) * HOUR_MS).toISOString() }),
    ...(isDrill ? { test: true } : {}),
    ...(isSuper
      ? draft.to === 'one'
        ? { tenant_id: draft.tenantId }
        : {}
      : {
          ...audienceOf(draft),
          ...(requiresAck
            ? { requires_ack: policyId === '' ? toEscalation(draft) : { policy: policyId } }
            : {}),
        }),
  };
};

/** What keeps a draft from being sent, by field, in words. */
export const validateDraft = (
  draft: NotificationDraft,
  isSuper: boolean,
  words: NotificationsText['compose'],
  escalationWords: NotificationsText['escalation'],
): Record<string, string> => {
  const errors: Record<string, string> = {};
  if (isSuper && draft.to === 'one' && draft.tenantId === '') errors['tenantId'] = words.clinicMissing;
  const { title, message, level, link } = toBody(draft, true, 0);
  const given = {
    message,
    level,
    ...(title === undefined ? {} : { title }),
    ...(link === undefined ? {} : { link }),
  };
  for (const issue of NotificationCreate.safeParse(given).error?.issues ?? []) {
    const [field] = issue.path;
    if (field === 'link') errors['link'] ??= words.linkWrong;
    else if (field === 'title') errors['title'] ??= words.titleWrong;
    else if (field === 'message')
      errors['message'] ??=
        message === ''
          ? words.messageMissing
          : issue.code === 'too_big'
            ? words.messageTooLong
            : words.messageCharacters;
  }
  if (isSuper) return errors;
  if (draft.audience.kind !== 'all' && toTarget(draft.audience) === null)
    errors['audience'] = words.audienceMissing;
  if (draft.requiresAck && draft.policyId === '')
    Object.assign(errors, validateEscalation(draft, escalationWords));
  return errors;
};
