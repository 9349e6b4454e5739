import { type RefObject, useLayoutEffect } from 'react';

/**
 * Keeps the width inside an element's scroll bars in its `--inner-width`, and that of its gutter in its `--gutter`, which
 * CSS alone does not know.
 */
export const useInnerWidth = (
  ref: RefObject<HTMLElement | null>,
  gutterRef: RefObject<HTMLElement | null>,
): void => {
  useLayoutEffect(() => {
    const [element, gutter] = [ref.current, gutterRef.current];
    if (!element || !gutter) return;
    const measure = () => {
      element.style.setProperty('--inner-width', `${element.clientWidth}px`);
      element.style.setProperty('--gutter', `${gutter.offsetWidth}px`);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(gutter);
    return () => observer.disconnect();
  }, [ref, gutterRef]);
};
