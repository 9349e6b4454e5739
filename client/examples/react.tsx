import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createClient, type LivePage, patientChanges, reasonText } from '@wardbell/client';
import { useConnection, useEvents, useLiveInfiniteQuery, WardbellProvider } from '@wardbell/client/react';
import type { Patient } from '@wardbell/contract';
import { useState } from 'react';

const getToken = async (): Promise<string> => (await fetch('/token')).text(); // your own endpoint
const client = createClient({ url: '/ws', getToken });
const queryClient = new QueryClient();

const load = async (after: string | null, signal: AbortSignal): Promise<LivePage<Patient>> => {
  const answer = await fetch(`/api/v1/patients?limit=200${after ? `&after=${after}` : ''}`, {
    headers: { authorization: `Bearer ${await getToken()}` },
    signal,
  });
  if (!answer.ok) throw new Error(`The list answered ${answer.status}`);
  return answer.json();
};

const sortName = (row: Patient) => `${row.last_name}, ${row.first_name}`.toLowerCase();
/** The server's order: by name, then by id. */
const byName = (a: Patient, b: Patient) =>
  sortName(a) < sortName(b) ? -1 : sortName(a) > sortName(b) ? 1 : a.id < b.id ? -1 : 1;

const Indicator = () => {
  const { state, retry } = useConnection();
  if (state.status !== 'waiting' && state.status !== 'stopped') return <p>{state.status}</p>;
  return (
    <p>
      {reasonText(state.reason)}{' '}
      <button type="button" onClick={retry}>
        Try now
      </button>
    </p>
  );
};

const Notice = () => {
  const [message, setMessage] = useState('');
  useEvents('system_notification', (event) => setMessage(event.data.message));
  return <output>{message}</output>;
};

const Patients = () => {
  const { rows, live, hasNextPage, fetchNextPage } = useLiveInfiniteQuery({
    queryKey: ['patients'],
    queryFn: ({ after, signal }) => load(after, signal),
    changes: patientChanges,
    compare: byName,
  });
  return (
    <>
      <ul style={{ opacity: live ? 1 : 0.5 }}>
        {rows.map((row) => (
          <li key={row.id}>
            {row.last_name}, {row.first_name}
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" onClick={() => fetchNextPage()}>
          More
        </button>
      )}
    </>
  );
};

export const App = () => (
  <QueryClientProvider client={queryClient}>
    <WardbellProvider client={client}>
      <Indicator />
      <Notice />
      <Patients />
    </WardbellProvider>
  </QueryClientProvider>
);
