import type { CloseName } from '@wardbell/contract';

/** Metric label of a refused handshake: the name of its close reason, such as `tenant_limit`. */
export const refusalReason = (close: CloseName): string =>
  close.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
