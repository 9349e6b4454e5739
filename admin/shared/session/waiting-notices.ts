/** How many notices wait for an answer of the person; all that a locked screen may say of them. */
let waiting = 0;

export const setWaitingNotices = (count: number): void => {
  waiting = count;
};

/** As of the moment when the screen was locked: a locked screen is told nothing. */
export const hasWaitingNotice = (): boolean => waiting > 0;
