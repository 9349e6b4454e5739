// Prints every event of a clinic: TOKEN=<access token> node node.mjs [ws://localhost:8000/ws]
import { createClient, reasonText } from '@wardbell/client';
import { WebSocket } from 'ws'; // Node 22 has its own

const token = process.env.TOKEN ?? null;
const client = createClient({
  url: process.argv[2] ?? 'ws://localhost:8000/ws',
  getToken: () => token,
  WebSocket,
});
client.onState((state) => console.error(state.status, 'reason' in state ? reasonText(state.reason) : ''));
process.once('SIGINT', () => client.stop());
client.start();
for await (const event of client) console.log(event.type, 'seq' in event ? event.seq : '');
