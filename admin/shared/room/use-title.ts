import { useEffect } from 'react';

/** Names the page in the browser's tab; never with anything about a patient. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Wardbell`;
  }, [title]);
};
