/** A Python of this machine that has the `websockets` package. */
export function findPython(): string | undefined;
