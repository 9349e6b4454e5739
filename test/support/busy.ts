/** Keeps this thread busy, as writing to thousands of sockets does. Milliseconds. */
export const work = (ms: number): void => {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
};
