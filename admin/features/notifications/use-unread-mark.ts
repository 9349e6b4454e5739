import { useEffect } from 'react';
import { unmarked, withUnread } from './model/unread-title';

const UNREAD_ICON = '/icon-unread.svg';
/** The icon that a link had before it was marked. */
const OWN_ICON = 'data-own-icon';

const iconLinks = (): HTMLLinkElement[] => [
  ...document.querySelectorAll<HTMLLinkElement>('link[rel="icon"]'),
];

const markIcons = (): void => {
  for (const link of iconLinks()) {
    if (link.hasAttribute(OWN_ICON)) continue;
    link.setAttribute(OWN_ICON, link.getAttribute('href') ?? '');
    link.href = UNREAD_ICON;
  }
};

const unmarkIcons = (): void => {
  for (const link of iconLinks()) {
    const own = link.getAttribute(OWN_ICON);
    if (own === null) continue;
    link.href = own;
    link.removeAttribute(OWN_ICON);
  }
};

/** Sets the number on the icon of an installed app, where the system shows one. */
const setAppBadge = (unread: number): void => {
  if (!('setAppBadge' in navigator)) return;
  const done = unread > 0 ? navigator.setAppBadge(unread) : navigator.clearAppBadge();
  void done.catch(() => undefined);
};

/**
 * Shows how many notices are unread in the title and the icon of the browser's tab and on the icon of the installed app. Pages
 * name themselves, in any language and at any time: the number is put before whatever name there is.
 */
export const useUnreadMark = (unread: number): void => {
  useEffect(() => {
    const mark = () => {
      const title = withUnread(document.title, unread);
      if (title !== document.title) document.title = title;
      if (unread > 0) markIcons();
      else unmarkIcons();
    };
    mark();
    setAppBadge(unread);
    const observer = new MutationObserver(mark);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [unread]);
  // Who has locked the screen or signed out has no notices here.
  useEffect(
    () => () => {
      document.title = unmarked(document.title);
      unmarkIcons();
      setAppBadge(0);
    },
    [],
  );
};
