/** A random identifier; `crypto.randomUUID` exists in secure contexts only, and a clinic may serve plain HTTP. */
export const randomId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
