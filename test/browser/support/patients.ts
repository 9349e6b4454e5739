import { randomBytes } from 'node:crypto';
import { Patient } from '@wardbell/contract';
import type { RunningServer } from '../../support/server.js';
import { must, type TestUser } from '../../support/tenant.js';

type Server = Pick<RunningServer, 'url'>;

/** A name that no other row has. */
export const uniqueName = (prefix: string): string => `${prefix}${randomBytes(4).toString('hex')}`;

export const createPatient = (
  server: Server,
  { token }: Pick<TestUser, 'token'>,
  body: Readonly<Record<string, unknown>>,
): Promise<Patient> =>
  must(Patient, server, 'POST', '/patients', {
    token,
    body: { first_name: 'Test', last_name: 'Person', ...body },
  });

export const updatePatient = (
  server: Server,
  { token }: Pick<TestUser, 'token'>,
  id: string,
  body: Readonly<Record<string, unknown>>,
): Promise<Patient> => must(Patient, server, 'PATCH', `/patients/${id}`, { token, body });

export const readPatient = (
  server: Server,
  { token }: Pick<TestUser, 'token'>,
  id: string,
): Promise<Patient> => must(Patient, server, 'GET', `/patients/${id}`, { token });

/** Many patients, a few requests at a time. */
export async function createPatients(
  server: Server,
  user: Pick<TestUser, 'token'>,
  count: number,
): Promise<void> {
  for (let done = 0; done < count; done += 20) {
    const batch = Array.from({ length: Math.min(20, count - done) }, (_, index) =>
      createPatient(server, user, {
        first_name: `Number${done + index}`,
        last_name: `Patient${String(done + index).padStart(6, '0')}`,
        birth_date: '1984-03-12',
        phone: `+44 20 7946 ${String(done + index).padStart(4, '0')}`,
      }),
    );
    await Promise.all(batch);
  }
}
