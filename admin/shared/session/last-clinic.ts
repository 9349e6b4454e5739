const STORAGE_KEY = 'wardbell.clinic';

/** The clinic that this browser was last used for: the sign-in page names it. It is no secret, and no patient's. */
export const lastClinic = (): string | null => localStorage.getItem(STORAGE_KEY);

/** Null for a person of no clinic. */
export const rememberClinic = (name: string | null): void => {
  if (name === null) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, name);
};
