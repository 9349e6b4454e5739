import { useRouter } from 'next/navigation';

/** So long the button of a page is waited for after one has gone there. */
const PATIENCE_MS = 10_000;
/** What creates something in a page has this key, here and on the keyboard. */
const CREATE = 'main [aria-keyshortcuts="n"]';

/** Goes to an address of the console; within the present page past the router, which would ask the server for it again. */
export const useGo = (): ((address: string) => void) => {
  const router = useRouter();
  return (address) => {
    const { pathname } = new URL(address, window.location.href);
    if (pathname === window.location.pathname) window.history.pushState(null, '', address);
    else router.push(address);
  };
};

/** Whether the page that is shown has the button by which something is created. */
export const hasCreate = (): boolean => document.querySelector(CREATE) !== null;

/** Presses the button of a page by which something is created, as soon as the page is there. */
export const pressCreate = (path: string): void => {
  const stopAtMs = performance.now() + PATIENCE_MS;
  let isThere = false;
  const look = () => {
    const wasThere = isThere;
    isThere = window.location.pathname === path;
    // somebody who has gone on is not surprised by a form
    if (wasThere && !isThere) return;
    const button =
      isThere && document.querySelector('[aria-modal="true"]') === null
        ? document.querySelector<HTMLElement>(CREATE)
        : null;
    if (button) button.click();
    else if (performance.now() < stopAtMs) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};
