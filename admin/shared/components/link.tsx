'use client';

import { useRouter } from 'next/navigation';
import type { ComponentPropsWithRef, MouseEvent } from 'react';

/** A click that the browser handles itself: in a new tab or window, or as a download. */
const isForBrowser = (event: MouseEvent): boolean =>
  event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;

interface LinkProps extends ComponentPropsWithRef<'a'> {
  /** A path of the console, with its query. */
  readonly href: string;
}

/**
 * A link to another room, which the page goes to without being loaded again. In the place of `next/link`, which is 2.7 kB of the
 * first load for prefetching that the console does itself (`use-readiness.ts`).
 */
export const Link = ({ href, onClick, ...others }: LinkProps) => {
  const router = useRouter();
  return (
    <a
      {...others}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || isForBrowser(event)) return;
        event.preventDefault();
        router.push(href);
      }}
    />
  );
};
