import { useSearchParams } from 'next/navigation';

/**
 * The patient whose details are open, by an id in the address: a link that a colleague can be sent and that
 * says nothing about a person. Written past the router, which would ask the server for the same page again.
 */
export const useOpenPatient = (): readonly [string | null, (id: string | null) => void] => {
  const openId = useSearchParams().get('id');
  const open = (id: string | null) => {
    if (id === openId) return;
    window.history.pushState(
      null,
      '',
      id === null ? '/patients/' : `/patients/?id=${encodeURIComponent(id)}`,
    );
  };
  return [openId, open];
};
