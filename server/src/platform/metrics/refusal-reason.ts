import type { CloseName } from '@wardbell/contract';

/** Name under which a refused handshake is counted: that of its close, as `tenant_limit`. */
export const refusalReason = (close: CloseName): string =>
  close.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
