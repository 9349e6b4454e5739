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

/** Presses the button of a page by which something is created, as soon as the page is there. */
export const pressCreate = (path: string): void => {
  const stopAtMs = performance.now() + PATIENCE_MS;
  const look = () => {
    const button =
      window.location.pathname === path && document.querySelector('[aria-modal="true"]') === null
        ? document.querySelector<HTMLElement>(CREATE)
        : null;
    if (button) button.click();
    else if (performance.now() < stopAtMs) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};
