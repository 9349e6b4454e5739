/** Kept in this browser, for each person: it is about what is shown, not about the clinic. */
const keyOf = (userId: string): string => `wardbell.first_steps.${userId}`;

export const isDismissed = (userId: string): boolean => localStorage.getItem(keyOf(userId)) !== null;

export const dismiss = (userId: string): void => localStorage.setItem(keyOf(userId), '1');
