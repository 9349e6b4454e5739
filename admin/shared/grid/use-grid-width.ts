import { useLayoutEffect, useState } from 'react';
import type { ColumnWidth } from './columns';

const MEDIUM_REM = 33;
const WIDE_REM = 57;

const rootFontPx = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

export interface GridWidth {
  readonly width: ColumnWidth;
  /** Pixels of one rem, so that rows grow with the reader's font size. */
  readonly remPx: number;
}

/** How much room a grid has, followed as it changes. */
export const useGridWidth = (element: HTMLElement | null): GridWidth => {
  const [measured, setMeasured] = useState<GridWidth>({ width: 'wide', remPx: 16 });
  useLayoutEffect(() => {
    if (!element) return;
    const measure = () => {
      const remPx = rootFontPx();
      const rems = element.clientWidth / remPx;
      const width = rems >= WIDE_REM ? 'wide' : rems >= MEDIUM_REM ? 'medium' : 'narrow';
      setMeasured((now) => (now.width === width && now.remPx === remPx ? now : { width, remPx }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return measured;
};
