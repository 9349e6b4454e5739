import { type RefObject, useLayoutEffect } from 'react';

/** Keeps the width inside an element's scroll bars in its `--inner-width`, which CSS alone does not know. */
export const useInnerWidth = (ref: RefObject<HTMLElement | null>): void => {
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => element.style.setProperty('--inner-width', `${element.clientWidth}px`);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
};
