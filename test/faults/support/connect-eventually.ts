import { type SocketOptions, TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';

/** Connects a raw client to an instance that refuses handshakes until it is well again. */
export const connectEventually = (wsUrl: string, options: SocketOptions): Promise<TestSocket> =>
  eventually(
    async () => {
      const socket = new TestSocket(wsUrl, options);
      const isIn = await Promise.race([
        socket.waitFor('connected').then(() => true),
        socket.closed().then(() => false),
      ]);
      return isIn && socket;
    },
    { timeoutMs: 30_000, what: 'a connection' },
  );
