import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import pg from 'pg';
import { database, instances, server, useServer } from '../../support/fixture.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { createTenant, type TestTenant, type TestUser } from '../../support/tenant.js';
import { eventually, scaled, WAIT_MS } from '../../support/wait.js';
import { ask, fail, succeed, superAdmin } from '../http/harness.js';
import { act, noticeOf, noticesTo, progressOf, send, untilProgress, waitForStep } from './support.js';

useServer({ instances: 2 });

let clinic: TestTenant;
beforeAll(async () => {
  clinic = await createTenant(server);
});
const only = (...users: readonly TestUser[]) => ({ user_ids: users.map(({ id }) => id) });

/** Times at which the steps of a notice were written to the log, by the clock of the database, in seconds after the first. */
async function timesOf(id: string): Promise<readonly [step: number, s: number][]> {
  const rows = await database.query<{ step: number; s: number }>(
    `SELECT (data->>'step')::int AS step,
            extract(epoch FROM created_at - min(created_at) OVER ())::float8 AS s
     FROM wardbell.outbox WHERE type = 'system_notification' AND data->>'id' = $1 ORDER BY seq`,
    [id],
  );
  return rows.map(({ step, s }) => [step, s]);
}

describe('A notice that nobody acknowledges', () => {
  it('goes step by step to those who are named, within a second of each time, then is unanswered', async () => {
    const sockets = {
      nurse: await connect(server.wsUrl, { token: clinic.clinician.token }),
      desk: await connect(server.wsUrl, { token: clinic.frontDesk.token }),
      admin: await connect(server.wsUrl, { token: clinic.admin.token }),
    };
    const { id } = await send(clinic.admin, {
      message: 'Room 4 needs help',
      level: 'error',
      audience: only(clinic.clinician),
      requires_ack: {
        within_s: 1,
        steps: [{ to: { roles: ['front_desk'] }, within_s: 2 }],
        fallback: { to: { roles: ['tenant_admin'] }, within_s: 1 },
      },
    });
    const unanswered = await untilProgress(clinic.admin, id, ({ state }) => state === 'unanswered');
    expect(unanswered).toMatchObject({ step: 2, recipients: 3, acknowledged: 0 });
    expect(unanswered.people.map(({ user_id, step }) => [user_id, step])).toEqual([
      [clinic.clinician.id, 0],
      [clinic.frontDesk.id, 1],
      [clinic.admin.id, 2],
    ]);
    const times = await timesOf(id);
    expect(times.map(([step]) => step)).toEqual([0, 1, 2, 2]);
    for (const [index, due] of [0, 1, 3, 4].entries()) {
      const late = (times[index]?.[1] ?? 0) - due;
      expect([index, late > -0.05 && late < 1 + index * 0.5]).toEqual([index, true]);
    }
    expect(noticesTo(sockets.nurse, id).map(({ data }) => data?.['step'])).toEqual([0]);
    expect(noticesTo(sockets.desk, id).map(({ data }) => data?.['step'])).toEqual([1]);
    await eventually(() => noticesTo(sockets.admin, id).length === 2);
    expect(noticesTo(sockets.admin, id)[0]?.data).toMatchObject({
      message: 'Room 4 needs help',
      requires_ack: true,
      step: 2,
    });
    // it repeats every 5 minutes until somebody acknowledges
    expect(Date.parse(unanswered.due_at ?? '') - Date.now()).toBeGreaterThan(290_000);
    await database.query(`UPDATE wardbell.notice SET due_at = now() WHERE id = $1`, [id]);
    await eventually(() => noticesTo(sockets.admin, id).length === 3);
    await act(clinic.admin, 'acknowledge', id);
    expect(await progressOf(clinic.admin, id)).toMatchObject({ state: 'acknowledged', due_at: null });
    for (const socket of Object.values(sockets)) await socket.close();
  });

  it('is acknowledged by one of them, and no further step begins', async () => {
    const { id } = await send(clinic.admin, {
      message: 'x',
      audience: { roles: ['clinician', 'front_desk'] },
      requires_ack: { within_s: 5, steps: [{ to: { roles: ['tenant_admin'] }, within_s: 60 }] },
    });
    await act(clinic.frontDesk, 'acknowledge', id, { note: 'on my way' });
    const progress = await progressOf(clinic.admin, id);
    expect(progress).toMatchObject({ state: 'acknowledged', step: 0, due_at: null, acknowledged: 1 });
    expect(progress.people.find(({ user_id }) => user_id === clinic.frontDesk.id)).toMatchObject({
      note: 'on my way',
    });
    const later = await send(clinic.admin, {
      message: 'later',
      audience: only(clinic.clinician),
      requires_ack: { within_s: 5 },
    });
    await untilProgress(clinic.admin, later.id, ({ step }) => step === 1);
    expect((await timesOf(id)).map(([step]) => step)).toEqual([0]); // its time would have been before that
    await act(clinic.admin, 'acknowledge', later.id);
  });

  it('waits for everyone in mode everyone, and reaches the fallback while one is missing', async () => {
    const { id } = await send(clinic.admin, {
      message: 'Fire drill',
      test: true,
      audience: only(clinic.clinician, clinic.frontDesk),
      requires_ack: { within_s: 2, mode: 'everyone', fallback: { to: only(clinic.admin), within_s: 60 } },
    });
    await act(clinic.clinician, 'acknowledge', id);
    expect((await progressOf(clinic.admin, id)).state).toBe('pending');
    await untilProgress(clinic.admin, id, ({ step }) => step === 1);
    await act(clinic.admin, 'acknowledge', id);
    expect((await progressOf(clinic.admin, id)).state).toBe('pending');
    await act(clinic.frontDesk, 'acknowledge', id);
    expect(await progressOf(clinic.admin, id)).toMatchObject({ state: 'acknowledged', acknowledged: 3 });
    expect(await noticeOf(clinic.frontDesk, id)).toMatchObject({ test: true });
  });

  it('passes a step that has no active person at all at once', async () => {
    const gone = await clinic.addUser('clinician');
    await succeed(api.users.update, {
      token: clinic.admin.token,
      id: gone.id,
      body: { status: 'disabled' },
    });
    const { id, recipients } = await send(clinic.admin, {
      message: 'x',
      audience: only(gone),
      requires_ack: {
        within_s: 600,
        steps: [
          { to: only(gone), within_s: 600 },
          { to: only(clinic.frontDesk), within_s: 600 },
        ],
      },
    });
    expect(recipients).toBe(0);
    const progress = await untilProgress(clinic.admin, id, ({ step }) => step > 0);
    expect([progress.step, progress.people.map(({ user_id }) => user_id)]).toEqual([
      2,
      [clinic.frontDesk.id],
    ]);
    await act(clinic.frontDesk, 'acknowledge', id);
  });

  it('tells of a role those who are online when the step begins, and all of the role when none is', async () => {
    const own = await createTenant(server);
    const asleep = await own.addUser('clinician');
    const requires_ack = {
      within_s: 1,
      steps: [
        { to: { roles: ['clinician'] }, within_s: 600 },
        { to: only(own.admin), within_s: 600 },
      ],
    };
    const socket = await connect(instances[1]?.wsUrl ?? server.wsUrl, { token: own.clinician.token });
    const one = await send(own.admin, { message: 'x', audience: only(own.frontDesk), requires_ack });
    const online = await untilProgress(own.admin, one.id, ({ step }) => step === 1);
    expect(online.people.filter(({ step }) => step === 1).map(({ user_id }) => user_id)).toEqual([
      own.clinician.id,
    ]);
    await waitForStep(socket, one.id, 1);
    await socket.close();
    await eventually(async () => {
      const rows = await database.query('SELECT FROM wardbell.connection WHERE tenant_id = $1', [own.id]);
      return rows.length === 0;
    });
    const two = await send(own.admin, { message: 'x', audience: only(own.frontDesk), requires_ack });
    const offline = await untilProgress(own.admin, two.id, ({ step }) => step === 1);
    expect(
      offline.people
        .filter(({ step }) => step === 1)
        .map(({ user_id }) => user_id)
        .sort(),
    ).toEqual([own.clinician.id, asleep.id].sort());
  });

  it('goes on when it was taken on with hold_s and is not resolved by then, and ends when it is', async () => {
    const body = {
      message: 'x',
      audience: only(clinic.clinician),
      requires_ack: { within_s: 60, fallback: { to: only(clinic.frontDesk), within_s: 60 } },
    };
    const forgotten = await send(clinic.admin, body);
    await act(clinic.clinician, 'acknowledge', forgotten.id, { hold_s: 1 });
    expect((await progressOf(clinic.admin, forgotten.id)).state).toBe('acknowledged');
    await untilProgress(clinic.admin, forgotten.id, ({ state, step }) => state === 'pending' && step === 1);
    // the same person takes it on again, this time for good
    await act(clinic.clinician, 'acknowledge', forgotten.id);
    expect(await progressOf(clinic.admin, forgotten.id)).toMatchObject({
      state: 'acknowledged',
      due_at: null,
    });

    const done = await send(clinic.admin, body);
    expect(
      await fail(api.notifications.resolve, { token: clinic.clinician.token, id: done.id, body: {} }),
    ).toEqual([409, 'not_acknowledged']);
    await act(clinic.clinician, 'acknowledge', done.id, { hold_s: 600 });
    await act(clinic.clinician, 'resolve', done.id, { note: 'patient is fine' });
    await act(clinic.clinician, 'resolve', done.id);
    expect(await progressOf(clinic.admin, done.id)).toMatchObject({ state: 'resolved', due_at: null });
  });

  it('is told to everybody who has it when a colleague takes it on, lets the time pass, and resolves it', async () => {
    const own = await createTenant(server);
    const outsider = await own.addUser('clinician');
    const connectAs = ({ token }: TestUser) => connect(server.wsUrl, { token });
    const [nurse, desk, other, admin] = await Promise.all([
      connectAs(own.clinician),
      connectAs(own.frontDesk),
      connectAs(outsider),
      connect(server.wsUrl, { token: await superAdmin() }),
    ]);
    const { id } = await send(own.admin, {
      message: 'x',
      audience: only(own.clinician, own.frontDesk),
      requires_ack: { within_s: 60, fallback: { to: only(own.admin), within_s: 60 } },
    });
    const statesAt = (socket: TestSocket) =>
      socket.frames.flatMap(({ type, data }) =>
        type === 'notification_state' && data?.['id'] === id ? [[data['state'], data['step']]] : [],
      );
    const holdS = Math.ceil(Math.min(scaled(2_000), WAIT_MS / 3) / 1_000); // so long that it is read before it is over
    await act(own.frontDesk, 'acknowledge', id, { hold_s: holdS });
    const heldUntil = Date.parse((await noticeOf(own.frontDesk, id)).held_until ?? '');
    expect((await noticeOf(own.clinician, id)).held_until).toBeNull();
    await eventually(() => statesAt(nurse).length === 2);
    await act(own.clinician, 'acknowledge', id);
    // Whoever let the time pass no longer has it.
    expect((await noticeOf(own.frontDesk, id)).held_until).toBeNull();
    await act(own.clinician, 'resolve', id);
    const told = [
      ['acknowledged', 0],
      ['pending', 1],
      ['acknowledged', 1],
      ['resolved', 1],
    ];
    for (const socket of [nurse, desk]) await eventually(() => statesAt(socket).length === told.length);
    expect([nurse, desk, other, admin].map(statesAt)).toEqual([told, told, [], []]);
    const ended = nurse.frames.find(
      ({ type, data }) => type === 'notification_state' && data?.['state'] === 'pending',
    );
    const lateMs = Date.parse(String(ended?.['timestamp'])) - heldUntil;
    expect(lateMs).toBeGreaterThan(-50);
    expect(lateMs).toBeLessThan(scaled(2_000));
  });

  it('keeps the time of a hold through a second one, and changes nothing when it is only acknowledged again', async () => {
    const own = await createTenant(server);
    const { id } = await send(own.admin, {
      message: 'x',
      audience: only(own.clinician),
      requires_ack: { within_s: 60 },
    });
    const nurse = await connect(server.wsUrl, { token: own.clinician.token });
    const untilChanges = (count: number) =>
      eventually(() => nurse.frames.filter(({ type }) => type === 'inbox_changed').length === count);
    await act(own.clinician, 'acknowledge', id, { hold_s: 600 });
    await untilChanges(1);
    const first = (await noticeOf(own.clinician, id)).held_until;
    await act(own.clinician, 'acknowledge', id);
    expect((await noticeOf(own.clinician, id)).held_until).toBe(first);
    await act(own.clinician, 'acknowledge', id, { hold_s: 3_600 });
    await untilChanges(2);
    expect(Date.parse((await noticeOf(own.clinician, id)).held_until ?? '')).toBeGreaterThan(
      Date.parse(first ?? ''),
    );
    await act(own.clinician, 'resolve', id);
  });

  it('is in time while the log of another clinic is held, whose notices follow when it is free', async () => {
    const [held, other] = await Promise.all([createTenant(server), createTenant(server)]);
    const body = (first: TestUser, then: TestUser, withinS: number) => ({
      message: 'x',
      audience: only(first),
      requires_ack: { within_s: withinS, fallback: { to: only(then), within_s: 600 } },
    });
    const waiting: string[] = [];
    for (let n = 0; n < 8; n++)
      waiting.push((await send(held.admin, body(held.clinician, held.frontDesk, 2))).id);
    const holder = new pg.Client({ connectionString: database.superuserUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM wardbell.tenant_head WHERE tenant_id = $1 FOR UPDATE', [held.id]);
      // All of the held clinic are due before these, and would take every worker of both instances.
      await eventually(async () => {
        const [row] = await database.query<{ due: boolean }>(
          'SELECT count(*) = 8 AS due FROM wardbell.notice WHERE tenant_id = $1 AND due_at <= clock_timestamp()',
          [held.id],
        );
        return row?.due;
      });
      for (let n = 0; n < 3; n++) {
        const { id } = await send(other.admin, body(other.clinician, other.frontDesk, 1));
        await untilProgress(other.admin, id, ({ step }) => step === 1);
        const late = ((await timesOf(id))[1]?.[1] ?? Number.POSITIVE_INFINITY) - 1;
        expect(late).toBeLessThan(scaled(1_500) / 1_000);
      }
      expect(await timesOf(waiting[0] ?? '')).toHaveLength(1);
    } finally {
      await holder.query('ROLLBACK');
      await holder.end();
    }
    for (const id of waiting) {
      await untilProgress(held.admin, id, ({ step }) => step === 1);
      expect((await timesOf(id)).map(([step]) => step)).toEqual([0, 1]);
    }
  });

  it('comes back to those who had put it away when a later step names them', async () => {
    const withinS = Math.ceil(Math.min(scaled(5_000), WAIT_MS / 3) / 1_000); // put away before the step
    const { id } = await send(clinic.admin, {
      message: 'x',
      audience: only(clinic.frontDesk),
      requires_ack: { within_s: withinS, fallback: { to: only(clinic.frontDesk), within_s: 600 } },
    });
    await act(clinic.frontDesk, 'archive', id);
    await act(clinic.frontDesk, 'snooze', id, { until: new Date(Date.now() + 3_600_000).toISOString() });
    await untilProgress(clinic.admin, id, ({ step }) => step === 1);
    expect(await noticeOf(clinic.frontDesk, id)).toMatchObject({ archived_at: null, snoozed_until: null });
    await act(clinic.frontDesk, 'acknowledge', id);
  });

  it('escalates no more once it has expired', async () => {
    const { id } = await send(clinic.admin, {
      message: 'x',
      audience: only(clinic.clinician),
      expires_at: new Date(Date.now() + 1_500).toISOString(),
      requires_ack: { within_s: 3, fallback: { to: only(clinic.frontDesk), within_s: 1 } },
    });
    expect(await untilProgress(clinic.admin, id, ({ state }) => state === 'expired')).toMatchObject({
      step: 0,
      due_at: null,
    });
  });
});

describe('notification_progress', () => {
  it('tells tenant admins live how far a notice has come, and nobody else', async () => {
    const admin = await connect(server.wsUrl, { token: clinic.admin.token });
    const nurse = await connect(instances[1]?.wsUrl ?? server.wsUrl, { token: clinic.clinician.token });
    const { id } = await send(clinic.admin, {
      message: 'x',
      audience: only(clinic.clinician),
      requires_ack: { within_s: 600 },
    });
    const progress = (fits: (data: Record<string, unknown>) => boolean) =>
      admin.waitFor(
        ({ type, data = {} }) => type === 'notification_progress' && data['id'] === id && fits(data),
      );
    await progress(({ delivered, seen }) => delivered === 1 && seen === 0);
    await act(clinic.clinician, 'seen', id);
    await progress(({ seen, acknowledged }) => seen === 1 && acknowledged === 0);
    await act(clinic.clinician, 'acknowledge', id);
    const last = await progress(({ acknowledged, state }) => acknowledged === 1 && state === 'acknowledged');
    expect(last.data).toEqual({
      id,
      state: 'acknowledged',
      step: 0,
      recipients: 1,
      delivered: 1,
      seen: 1,
      acknowledged: 1,
    });
    await nurse.waitFor('inbox_changed');
    expect(nurse.frames.filter(({ type }) => type === 'notification_progress')).toEqual([]);
    await admin.close();
    await nurse.close();
  });
});

describe('An escalation policy', () => {
  it('is created, changed and deleted, and a notice keeps the one that it was sent with', async () => {
    const { token } = clinic.admin;
    const created = await succeed(api.escalationPolicies.create, {
      token,
      body: { name: 'Ward', within_s: 600, steps: [{ to: { roles: ['front_desk'] }, within_s: 60 }] },
    });
    expect(created).toMatchObject({ name: 'Ward', mode: 'anyone', fallback: null, version: 1 });
    const audience = only(clinic.clinician);
    const requires_ack = { policy: created.id };
    const { id } = await send(clinic.admin, { message: 'x', audience, requires_ack });
    const changed = await succeed(api.escalationPolicies.update, {
      token,
      id: created.id,
      body: { within_s: 1, steps: [], fallback: { to: { roles: ['tenant_admin'] }, within_s: 30 } },
    });
    expect(changed).toMatchObject({ within_s: 1, steps: [], version: 2 });
    expect(
      await fail(api.escalationPolicies.update, {
        token,
        id: created.id,
        body: { name: 'Other' },
        headers: { 'if-match': '"1"' },
      }),
    ).toEqual([412, 'version_mismatch']);
    const due = (await progressOf(clinic.admin, id)).due_at ?? '';
    expect(Date.parse(due) - Date.now()).toBeGreaterThan(500_000);
    expect((await succeed(api.escalationPolicies.list, { token })).data).toContainEqual(changed);
    expect((await ask(api.escalationPolicies.remove, { token, id: created.id })).status).toBe(204);
    expect(await fail(api.escalationPolicies.get, { token, id: created.id })).toEqual([404, 'not_found']);
    expect(await fail(api.notifications.create, { token, body: { message: 'x', requires_ack } })).toEqual([
      422,
      'unknown_policy',
    ]);
    await act(clinic.clinician, 'acknowledge', id);
  });

  it('is shown with the people of today before anything is sent', async () => {
    const socket = await connect(server.wsUrl, { token: clinic.clinician.token });
    const preview = await succeed(api.escalationPolicies.preview, {
      token: clinic.admin.token,
      body: {
        audience: only(clinic.frontDesk),
        within_s: 30,
        steps: [{ to: { roles: ['clinician'] }, within_s: 60 }],
      },
    });
    expect(preview.steps.map(({ step, within_s }) => [step, within_s])).toEqual([
      [0, 30],
      [1, 60],
      [2, 60],
    ]);
    expect(preview.steps.map(({ people }) => people.map(({ user_id, online }) => [user_id, online]))).toEqual(
      [[[clinic.frontDesk.id, false]], [[clinic.clinician.id, true]], [[clinic.admin.id, false]]],
    );
    expect(preview.steps[0]?.people[0]?.name).toEqual(expect.any(String));
    await socket.close();
  });

  it('is for tenant admins of its own clinic', async () => {
    const other = await createTenant(server);
    const { id } = await succeed(api.escalationPolicies.create, {
      token: clinic.admin.token,
      body: { name: 'Own', within_s: 5 },
    });
    expect(await fail(api.escalationPolicies.get, { token: other.admin.token, id })).toEqual([
      404,
      'not_found',
    ]);
    const body = { message: 'x', requires_ack: { policy: id } };
    expect(await fail(api.notifications.create, { token: other.admin.token, body })).toEqual([
      422,
      'unknown_policy',
    ]);
    expect(await fail(api.escalationPolicies.list, { token: clinic.clinician.token })).toEqual([
      403,
      'forbidden',
    ]);
  });
});

describe('Statistics', () => {
  it('count what was sent and acknowledged and how fast, without drills', async () => {
    const own = await createTenant(server);
    const audience = only(own.clinician);
    const requires_ack = { within_s: 600 };
    const first = await send(own.admin, { message: 'a', audience, requires_ack });
    const drill = await send(own.admin, { message: 'b', audience, requires_ack, test: true });
    await send(own.admin, { message: 'c' });
    for (const { id } of [first, drill]) await act(own.clinician, 'acknowledge', id);
    const stats = await succeed(api.notifications.stats, { token: own.admin.token });
    expect(stats).toMatchObject({ sent: 2, acknowledged: 1, unanswered: 0 });
    expect(stats.acknowledge_ms.p50).toBeGreaterThan(0);
    expect(stats.acknowledge_ms.p95).toBeLessThan(60_000);
    expect(
      await fail(api.notifications.stats, {
        token: own.admin.token,
        query: { from: '2026-02-01', to: '2026-01-01' },
      }),
    ).toEqual([400, 'invalid_range']);
  });
});
