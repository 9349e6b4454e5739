import { expect } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { eventually } from '../../support/wait.js';

/** Waits until a field holds this text: forms fill in what was entered before, or found, just after they are shown. */
export async function untilValue(field: Locator, value: string): Promise<void> {
  await eventually(async () => {
    expect(await field.inputValue()).toBe(value);
    return true;
  });
}

/** Waits until an element has the focus, which dialogs and forms set just after they are shown. */
export const untilFocused = (element: Locator): Promise<void> =>
  element.and(element.page().locator(':focus')).waitFor();
