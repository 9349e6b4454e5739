import { useRef } from 'react';
import type { GridHandle } from '../../../shared/grid/grid';
import { useAddress } from '../../../shared/hooks/use-address';
import { useHotkey } from '../../../shared/hooks/use-hotkey';

/** The row whose details are open, by its id in the address. Escape closes them. */
export const useOpenRow = () => {
  const address = useAddress();
  const grid = useRef<GridHandle>(null);
  const openId = address.get('id');
  const open = (id: string | null) => address.set({ id }, 'push');
  const close = () => {
    open(null);
    grid.current?.focus();
  };
  useHotkey('Escape', () => openId !== null && close());
  return { openId, open, close, grid };
};
