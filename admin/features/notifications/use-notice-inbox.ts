import { useMutation } from '@tanstack/react-query';
import { type InboxList, type InboxResult, useInbox } from '@wardbell/client/react';
import type { InboxNotice } from '@wardbell/contract';
import { useMemo } from 'react';
import { describeFailure } from '../../shared/api/describe-failure';
import { toast } from '../../shared/components/toast';
import { useApi, useMe } from '../../shared/session/context';
import { useRoomText, useText } from '../../shared/text/text';
import { NOTIFICATIONS } from './messages';
import { inReadersWords } from './model/system-text';

const PAGE = 50;

/** The inbox of the person who is signed in; super admins have none. */
export const useNoticeInbox = (list: InboxList = 'all'): InboxResult => {
  const api = useApi();
  const { role } = useMe();
  const { system } = useRoomText(NOTIFICATIONS);
  const inbox = useInbox({
    list,
    enabled: role !== 'super_admin',
    load: (query, signal) =>
      api.call('GET', '/notifications/inbox', { query: { ...query, limit: PAGE }, signal }),
  });
  const written = inbox.notices;
  const notices = useMemo(() => written.map((notice) => inReadersWords(notice, system)), [written, system]);
  return { ...inbox, notices };
};

export type NoticeAction =
  | { readonly do: 'read' | 'unread' | 'archive' | 'unarchive' | 'resolve' }
  | { readonly do: 'acknowledge'; readonly holdS?: number }
  | { readonly do: 'snooze'; readonly until: string | null };

/** Changes a notice of the inbox; the rows follow by the event that it causes, in all tabs. */
export const useNoticeAction = () => {
  const api = useApi();
  const text = useText();
  return useMutation({
    mutationFn: async ({ id, action }: { id: InboxNotice['id']; action: NoticeAction }) => {
      const params = { id };
      if (action.do === 'acknowledge') {
        const body = action.holdS === undefined ? {} : { hold_s: action.holdS };
        await api.call('POST', '/notifications/:id/acknowledge', { params, body });
      } else if (action.do === 'snooze') {
        await api.call('POST', '/notifications/:id/snooze', { params, body: { until: action.until } });
      } else if (action.do === 'resolve') {
        await api.call('POST', '/notifications/:id/resolve', { params, body: {} });
      } else await api.call('POST', `/notifications/:id/${action.do}`, { params });
    },
    onError: (error) => {
      const { title, hint } = describeFailure(error, text);
      void toast({ tone: 'error', title, message: hint });
    },
  });
};
