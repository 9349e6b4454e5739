import assert from 'node:assert/strict';
import { Appointment, AuditVerification, livePage, Patient } from '@wardbell/contract';
import { z } from 'zod';
import { call } from '../support/http.js';
import { type RunningServer, type ServerOptions, startServer } from '../support/server.js';
import { connect, type TestSocket } from '../support/socket.js';
import { createTenant, must, signIn, type TestTenant } from '../support/tenant.js';

const PATIENTS = 40;
/** A start migrates or makes roles: 30 s were too few with a load of 15. */
const START_MS = 120_000;
/** Events after the backup, which the restore takes back. */
const LOST = 10;
const Position = z.object({ seq: z.number(), epoch: z.string() });
const Patients = livePage(Patient);

/** What a client knew before the restore, and what the backup holds. */
export interface History {
  readonly clinic: TestTenant;
  /** Another clinic, whose patient nobody else may see. */
  readonly other: { readonly admin: TestTenant['admin']; readonly patientId: string };
  readonly epoch: string;
  /** The newest number in the backup. */
  readonly savedSeq: number;
  /** The newest number that a client has seen: past that of the backup. */
  readonly lostSeq: number;
}

export const start = (options: ServerOptions): Promise<RunningServer> =>
  startServer({ timeoutMs: START_MS, ...options });

const register = (server: Pick<RunningServer, 'url'>, token: string, body: object) =>
  must(Patient, server, 'POST', '/patients', { token, body });

/** Lets two clinics work on a server, and goes on after `backUp` has run. */
export async function writeHistory(
  server: Pick<RunningServer, 'url'>,
  backUp: () => Promise<void>,
): Promise<History> {
  const [clinic, elsewhere] = [await createTenant(server), await createTenant(server)];
  const { token } = clinic.clinician;
  for (let n = 0; n < PATIENTS; n += 1) {
    const { id } = await register(server, token, {
      first_name: `Zoë ${n}`,
      last_name: n % 2 === 0 ? 'Ōmura' : "O'Brien",
      notes: `line one\nline two of ${n} \\ "quoted"`,
      birth_date: '1980-02-29',
    });
    if (n % 4 === 0)
      await must(Appointment, server, 'POST', '/appointments', {
        token,
        body: { patient_id: id, datetime: '2026-03-29T01:30:00Z', type: 'check-up', reason: 'a reason' },
      });
    if (n % 3 === 0)
      await must(Patient, server, 'PATCH', `/patients/${id}`, { token, body: { phone: '555 010 0199' } });
    if (n % 8 === 1)
      assert.equal((await call(server.url, 'DELETE', `/patients/${id}`, { token })).status, 204);
  }
  const { id: patientId } = await register(server, elsewhere.clinician.token, {
    first_name: 'Not',
    last_name: 'Yours',
  });
  const { seq: savedSeq, epoch } = await positionOf(server, token);
  await backUp();
  for (let n = 0; n < LOST; n += 1)
    await register(server, token, { first_name: 'After', last_name: 'Backup' });
  const { seq: lostSeq } = await positionOf(server, token);
  assert.equal(lostSeq, savedSeq + LOST);
  return { clinic, other: { admin: elsewhere.admin, patientId }, epoch, savedSeq, lostSeq };
}

const positionOf = (server: Pick<RunningServer, 'url'>, token: string) =>
  must(Position, server, 'GET', '/patients?limit=1', { token });

/** Starts a server on a restored database, uses it as a clinic does, and stops it. */
export async function useRestored(options: ServerOptions, history: History): Promise<void> {
  const server = await start(options);
  try {
    const socket = await returnTo(server, history);
    await expectWorks(server, history, socket);
    await socket.close();
    const { token } = history.other.admin;
    const other = await call(server.url, 'GET', `/patients/${history.other.patientId}`, { token });
    assert.equal(other.status, 200);
  } finally {
    assert.equal(await server.stop(), 0);
  }
  const errors = server.logs().filter(({ level }) => level === 'error' || level === 'fatal');
  assert.deepEqual(errors, []);
}

/** A client comes back with the newest number that it has seen: the history that it knows is gone. */
export async function returnTo(server: RunningServer, { clinic, ...known }: History): Promise<TestSocket> {
  const token = await signIn(server, clinic.clinician.email, clinic.clinician.password);
  const query = { since: String(known.lostSeq), epoch: known.epoch };
  const socket = await connect(server.wsUrl, { token, query });
  const { data } = await socket.waitFor('resync_required');
  assert.equal(data?.['reason'], 'epoch');
  assert.equal(data?.['seq'], known.savedSeq);
  assert.notEqual(data?.['epoch'], known.epoch);
  return socket;
}

/** Reads and writes go on from the backup, events arrive, clinics stay apart, and the audit is whole. */
export async function expectWorks(
  server: RunningServer,
  { clinic, other, savedSeq }: History,
  socket: TestSocket,
): Promise<void> {
  const health = await fetch(`${server.url}/health/ready`);
  assert.equal(health.status, 200, await health.text());
  const token = await signIn(server, clinic.clinician.email, clinic.clinician.password);
  const list = await must(Patients, server, 'GET', '/patients?limit=200', { token });
  assert.equal(list.data.length, PATIENTS - PATIENTS / 8);
  assert.equal(list.seq, savedSeq);
  const written = await register(server, token, { first_name: 'After', last_name: 'Restore' });
  const event = await socket.waitFor(({ data }) => data?.['id'] === written.id);
  assert.equal(event.type, 'patient_created');
  assert.equal(event.seq, savedSeq + 1);
  const foreign = await call(server.url, 'GET', `/patients/${other.patientId}`, { token });
  assert.equal(foreign.status, 404);
  const admin = await signIn(server, clinic.admin.email, clinic.admin.password);
  const audit = await must(AuditVerification, server, 'GET', '/audit/verify', { token: admin });
  assert.equal(audit.ok, true);
  assert.ok(audit.checked > PATIENTS, `${audit.checked} rows of audit`);
}
