import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** A reverse proxy that loses the first answer: the server has done the work, and the client does not learn of it. */
export interface LossyServer {
  readonly url: string;
  /** Answers of the server, the lost one included. */
  readonly answers: number;
  close(): Promise<void>;
}

export const startLossyServer = async (targetUrl: string): Promise<LossyServer> => {
  let answers = 0;
  const server = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    const upstream = request(new URL(url, targetUrl), { method, headers, agent: false }, (answer) => {
      answers += 1;
      if (answers === 1) {
        answer.resume();
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(upstream);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get answers() {
      return answers;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
