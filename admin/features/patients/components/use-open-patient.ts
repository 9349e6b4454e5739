import { useSearchParams } from 'next/navigation';

/**
 * The patient whose details are open, by an id in the address: a link that a colleague can be sent and that
 * says nothing about a person. Written past the router, which would ask the server for the same page again.
 */
export const useOpenPatient = (): readonly [
  string | null,
  (id: string | null, how?: 'push' | 'replace') => void,
] => {
  const openId = useSearchParams().get('id');
  const open = (id: string | null, how: 'push' | 'replace' = 'push') => {
    if (id === openId) return;
    const address = id === null ? '/patients/' : `/patients/?id=${encodeURIComponent(id)}`;
    if (how === 'push') window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
  };
  return [openId, open];
};
