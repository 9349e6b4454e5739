'use client';

import { useEffect, useState } from 'react';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { lazily } from '../../../shared/lazily';
import { onPaletteWanted } from './opener';

const Palette = lazily(async () => (await import('./palette')).Palette);
const Shortcuts = lazily(async () => (await import('./shortcuts')).Shortcuts);

type Open = 'palette' | 'shortcuts';

/** Opens the palette (Ctrl or Cmd with K, wherever one is) and the help on keys (`?`); both come when wanted. */
export const CommandKeys = () => {
  const [open, setOpen] = useState<Open | null>(null);
  useHotkey('?', () => setOpen('shortcuts'));
  useEffect(() => onPaletteWanted(() => setOpen('palette')), []);
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      // A form that asks before it is left must not be walked away from.
      if (document.querySelector('[aria-modal="true"]') === null) setOpen('palette');
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
  if (open === 'palette') {
    return <Palette onClose={() => setOpen(null)} onShortcuts={() => setOpen('shortcuts')} />;
  }
  return open === 'shortcuts' ? <Shortcuts onClose={() => setOpen(null)} /> : null;
};
