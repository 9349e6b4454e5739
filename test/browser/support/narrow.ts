import type { Page } from 'playwright-core';

/** Pixels by which the page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));

/** What buttons and tabs say that is cut off; an ellipsis is meant, and a text of one pixel is for screen readers. */
export const cutOffOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const isCut = (element: Element): boolean => {
      const { overflowX, textOverflow } = getComputedStyle(element);
      return (
        element.clientWidth > 1 &&
        element.scrollWidth > element.clientWidth + 1 &&
        (overflowX === 'hidden' || overflowX === 'clip') &&
        textOverflow !== 'ellipsis'
      );
    };
    return [...document.querySelectorAll('button, a, [role="tab"]')]
      .filter((control) => !control.matches('[data-appointment]'))
      .filter((control) => [control, ...control.querySelectorAll('*')].some(isCut))
      .map((control) => control.textContent ?? '');
  });
