import { useEffect, useState } from 'react';

/** As long as parts wait that nobody waits for (`loadParts`). */
const LATER_MS = 1_500;

/** False at first, then true: for what may come after what one looks for. */
export const useLater = (): boolean => {
  const [later, setLater] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), LATER_MS);
    return () => clearTimeout(timer);
  }, []);
  return later;
};
