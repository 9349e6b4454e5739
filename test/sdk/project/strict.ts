import {
  type Appointment,
  createClient,
  isEvent,
  liveList,
  type Patient,
  patientChanges,
  reasonText,
} from '@wardbell/client';
import { useConnection, useEvents, useLiveQuery, WardbellProvider } from '@wardbell/client/react';
import { createRest, RestProblem } from '@wardbell/client/rest';
import { WebSocket } from 'ws';

/** What a strict application says to the SDK: `tsc` checks it in a project outside of this repository. */
type Own = { readonly lab_result: { readonly value: number } };

const getToken = async ({ reason }: { readonly reason: string }): Promise<string> => reason;
const client = createClient<Own>({
  url: 'ws://127.0.0.1:1/ws',
  getToken,
  WebSocket,
  topics: ['patients'],
  types: ['patient_created', 'lab_result'],
});

client.on('lab_result', ({ seq, data }) => [seq + 1, data.value.toFixed()]);
client.on('appointment_created', ({ data }) => [data.datetime, data.status]);
client.on('*', (event) => {
  if (isEvent(event, 'patient_updated')) return event.data.version + 1;
  return 'seq' in event ? event.seq : undefined;
});
// @ts-expect-error a misspelt event type
client.on('patient_craeted', () => undefined);
// @ts-expect-error nor does it compile as a filter
createClient({ url: '/ws', getToken, types: ['patient_craeted'] });
// @ts-expect-error a type that the application has not declared
client.on('lab_resutl', () => undefined);
// @ts-expect-error data of another type
client.on('lab_result', ({ data }) => data.version);

client.onState((state) => ('reason' in state ? reasonText(state.reason) : state.status));

const rest = createRest({ url: 'http://127.0.0.1:1', getToken });
export const load = async (): Promise<readonly [Patient[], Appointment]> => {
  const { data: list } = await rest('GET /patients', { query: { limit: 200 } });
  const { data: appointment, etag } = await rest('GET /appointments/:id', { id: 'id' });
  await rest('PATCH /patients/:id', { id: 'id', body: { phone: '555' }, ifMatch: etag });
  // @ts-expect-error a route that there is not
  await rest('GET /patient', {});
  // @ts-expect-error a field that a patient does not have
  await rest('POST /patients', { body: { first_name: 'A', last_name: 'B', surname: 'C' } });
  // @ts-expect-error without the id
  await rest('DELETE /patients/:id', {});
  return [list.data, appointment];
};
export const isGone = (error: unknown): boolean => error instanceof RestProblem && error.status === 404;

liveList(client, {
  load: async () => (await rest('GET /patients')).data,
  changes: patientChanges,
  show: ({ rows, live }) => [rows.map(({ last_name }) => last_name), live],
});

export const usePatients = () => {
  const { state } = useConnection();
  useEvents<Own, 'lab_result'>('lab_result', ({ data }) => data.value);
  // @ts-expect-error a misspelt event type
  useEvents('system_notificatoin', () => undefined);
  const { data } = useLiveQuery({
    queryKey: ['patients'],
    queryFn: async () => (await rest('GET /patients')).data,
    changes: patientChanges,
  });
  return [state.status, data?.data, WardbellProvider];
};
