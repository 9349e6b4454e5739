// What somebody with CommonJS writes: prints the first event of a clinic, which it causes itself.
const { createClient } = require('@wardbell/client');
const { createRest } = require('@wardbell/client/rest');
const { WebSocket } = require('ws');

const [url = '', token = ''] = process.argv.slice(2);
const getToken = () => token;
const rest = createRest({ url, getToken });
const client = createClient({ url: `${url.replace('http', 'ws')}/ws`, getToken, WebSocket });
client.on('patient_created', (event) => {
  console.log(event.type, event.data.id);
  client.stop();
});
client.onState(async ({ status }) => {
  if (status !== 'live') return;
  const { data } = await rest('POST /patients', { body: { first_name: 'Common', last_name: 'JS' } });
  console.log('registered', data.id);
});
client.start();
