import type { InboxNotice } from '@wardbell/contract';
import { NotificationCreate } from '@wardbell/contract/notice';
import type { Body, EndpointOf } from '../../../shared/api/types';
import type { NotificationsText } from '../messages';

/** A notification as a form holds it. Brings the contract's schema with it, so it comes with the form. */
export interface NotificationDraft {
  readonly message: string;
  readonly level: InboxNotice['level'];
  /** Super admins: `all` clinics, or the one that `tenantId` names. */
  readonly to: 'all' | 'one';
  readonly tenantId: string;
}

export const EMPTY_DRAFT: NotificationDraft = { message: '', level: 'info', to: 'one', tenantId: '' };

export const toBody = (
  draft: NotificationDraft,
  isSuper: boolean,
): Body<EndpointOf<'POST', '/notifications'>> => ({
  message: draft.message.trim(),
  level: draft.level,
  ...(isSuper && draft.to === 'one' ? { tenant_id: draft.tenantId } : {}),
});

/** What keeps a draft from being sent, by field, in words. */
export const validateDraft = (
  draft: NotificationDraft,
  isSuper: boolean,
  words: NotificationsText['compose'],
): { message?: string; tenantId?: string } => {
  const errors: { message?: string; tenantId?: string } = {};
  if (isSuper && draft.to === 'one' && draft.tenantId === '') errors.tenantId = words.clinicMissing;
  const { message, level } = toBody(draft, false);
  const issue = NotificationCreate.safeParse({ message, level }).error?.issues[0];
  if (issue) {
    errors.message =
      message === ''
        ? words.messageMissing
        : issue.code === 'too_big'
          ? words.messageTooLong
          : words.messageCharacters;
  }
  return errors;
};
