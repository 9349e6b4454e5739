import { createContext, useContext } from 'react';
import type { IdleWatch } from '../../shared/session/idle';

const IdleContext = createContext<IdleWatch | null>(null);
export const IdleProvider = IdleContext;

/** The watch over this screen; only below the guard. */
export const useIdleWatch = (): IdleWatch => {
  const watch = useContext(IdleContext);
  if (watch === null) throw new Error('useIdleWatch needs an IdleGuard above it');
  return watch;
};
