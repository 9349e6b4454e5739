import type { InboxNotice } from '@wardbell/contract';
import { type RefObject, useEffect, useRef } from 'react';
import { useApi } from '../../shared/session/context';
import { reportOf, ShownReporter } from './model/shown';
import { useNoticeInbox } from './use-notice-inbox';

/** At most so many requests for notices that do not go in one. */
const MAX_SINGLE = 20;

let reporter: ShownReporter | null = null;

/** Tells the server which notices were on the screen; mounted once, and gone while the screen is locked. */
export const useShownReporter = (): void => {
  const api = useApi();
  const inbox = useNoticeInbox();
  const latest = useRef(inbox);
  latest.current = inbox;
  useEffect(() => {
    const own = new ShownReporter(async (shown) => {
      const { notices, unseen } = latest.current;
      const { upToSeq, ids } = reportOf(shown, notices, unseen);
      if (upToSeq !== undefined) {
        const body = { up_to_seq: upToSeq };
        await api.call('POST', '/notifications/inbox/seen-all', { body, byPerson: false });
        return;
      }
      for (const id of ids.slice(0, MAX_SINGLE))
        await api.call('POST', '/notifications/:id/seen', { params: { id }, byPerson: false });
    });
    reporter = own;
    return () => {
      own.stop();
      if (reporter === own) reporter = null;
    };
  }, [api]);
};

/** Reports the notice once its element is in view on a page that is visible. */
export const useShown = (
  element: RefObject<HTMLElement | null>,
  { id, seq, seen_at }: Pick<InboxNotice, 'id' | 'seq' | 'seen_at'>,
): void => {
  const isSeen = seen_at !== null;
  useEffect(() => {
    const target = element.current;
    if (isSeen || target === null) return;
    let isInView = false;
    const report = () => {
      if (isInView && document.visibilityState === 'visible') reporter?.add(id, seq);
    };
    const observer = new IntersectionObserver(
      (entries) => {
        isInView = entries.at(-1)?.isIntersecting ?? false;
        report();
      },
      { threshold: 0.5 },
    );
    observer.observe(target);
    document.addEventListener('visibilitychange', report);
    // The reporter may come after the first list.
    const timer = setInterval(report, 2_000);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', report);
      clearInterval(timer);
    };
  }, [element, isSeen, id, seq]);
};
