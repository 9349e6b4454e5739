/** The path of a Chromium on this machine. */
export function findChromium(): string | undefined;
