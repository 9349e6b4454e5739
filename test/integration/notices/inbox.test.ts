import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, instances, server, useServer } from '../../support/fixture.js';
import { connect } from '../../support/socket.js';
import { createTenant, signInSuperAdmin, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually, scaled, WAIT_MS } from '../../support/wait.js';
import { ask, fail, succeed } from '../http/harness.js';
import { act, countsAt, inboxOf, noticeOf, noticesTo, progressOf, send } from './support.js';

useServer({ instances: 2 });

let clinic: TestTenant;
let other: TestTenant;
beforeAll(async () => {
  clinic = await createTenant(server);
  other = await createTenant(server);
});

describe('A notice', () => {
  it('is in the inbox of every person of the tenant, connected or not, with one event for all', async () => {
    const before = await inboxOf(clinic.clinician);
    const sent = await send(clinic.admin, {
      title: 'Water',
      message: 'No water on floor 2 until noon',
      level: 'warning',
      link: '/schedule/',
    });
    expect(sent.recipients).toBe(3);
    const people = [clinic.admin, clinic.clinician, clinic.frontDesk];
    for (const person of people) {
      const inbox = await inboxOf(person);
      expect(inbox.data[0]).toMatchObject({
        id: sent.id,
        title: 'Water',
        message: 'No water on floor 2 until noon',
        level: 'warning',
        link: '/schedule/',
        sender: clinic.admin.id,
        requires_ack: false,
        test: false,
        seen_at: null,
        read_at: null,
        acknowledged_at: null,
        snoozed_until: null,
        archived_at: null,
      });
      expect(inbox.data[0]?.seq).toBeLessThanOrEqual(inbox.seq);
    }
    const after = await inboxOf(clinic.clinician);
    expect([after.unread, after.unseen]).toEqual([before.unread + 1, before.unseen + 1]);
    const events = await database.query(
      `SELECT seq FROM wardbell.outbox WHERE tenant_id = $1 AND data->>'id' = $2`,
      [clinic.id, sent.id],
    );
    expect(events).toEqual([{ seq: String(after.data[0]?.seq) }]);
    expect((await inboxOf(other.clinician)).data).toEqual([]);
  });

  it('for chosen people or roles is in their inboxes alone', async () => {
    const toRole = await send(clinic.admin, { message: 'x', audience: { roles: ['front_desk'] } });
    const toPerson = await send(clinic.admin, {
      message: 'y',
      audience: { user_ids: [clinic.clinician.id.toUpperCase()] },
    });
    expect([toRole.recipients, toPerson.recipients]).toEqual([1, 1]);
    const idsOf = async (person: { token: string }) => (await inboxOf(person)).data.map(({ id }) => id);
    expect(await idsOf(clinic.frontDesk)).toContain(toRole.id);
    expect(await idsOf(clinic.frontDesk)).not.toContain(toPerson.id);
    expect(await idsOf(clinic.clinician)).toContain(toPerson.id);
    expect(await idsOf(clinic.clinician)).not.toContain(toRole.id);
    expect(await idsOf(clinic.admin)).not.toContain(toRole.id);
  });

  it('names neither people of another clinic nor accounts that were disabled', async () => {
    const gone = await clinic.addUser('clinician');
    await succeed(api.users.update, {
      token: clinic.admin.token,
      id: gone.id,
      body: { status: 'disabled' },
    });
    const sent = await send(clinic.admin, {
      message: 'z',
      audience: { user_ids: [gone.id, other.clinician.id] },
    });
    expect(sent.recipients).toBe(0);
    expect((await inboxOf(other.clinician)).data).toEqual([]);
  });

  it('reaches the inbox of a person of single sign-on who is connected', async () => {
    const sub = `idp|${randomUUID()}`;
    const token = await mintToken({ role: 'clinician', tenantId: clinic.id, sub });
    const socket = await connect(server.wsUrl, { token });
    const { id } = await send(clinic.admin, { message: 'for all', audience: { roles: ['clinician'] } });
    await socket.waitFor(({ data }) => data?.['id'] === id);
    expect(await noticeOf({ token }, id)).toMatchObject({ message: 'for all' });
    await socket.close();
  });

  it('of a super admin goes to one clinic or to each, and is told by clinic', async () => {
    const token = await signInSuperAdmin(server);
    const one = await send({ token }, { message: 'to one', tenant_id: other.id });
    expect(one.recipients).toBe(3);
    expect((await progressOf({ token }, one.id)).recipients).toBe(3);
    const all = await succeed(api.notifications.create, { token, body: { message: 'to all' } });
    const sent = 'data' in all ? all.data : [];
    for (const { id, admin } of [clinic, other]) {
      const entry = sent.find(({ tenant_id }) => tenant_id === id);
      expect(entry?.recipients).toBeGreaterThanOrEqual(3);
      expect(await noticeOf(admin, entry?.id ?? '')).toMatchObject({ message: 'to all' });
    }
    // super admins belong to no clinic and have no inbox
    expect(await fail(api.notifications.inbox, { token })).toEqual([403, 'forbidden']);
  });

  it.each([
    ['a link that runs code', { link: 'javascript:alert(1)' }, 'link'],
    ['a link to another scheme', { link: '//evil.example/' }, 'link'],
    ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['an audience of nothing', { audience: { user_ids: [] } }, 'audience'],
    ['a step without people', { requires_ack: { within_s: 5, steps: [{ within_s: 5 }] } }, 'requires_ack'],
    ['no time to acknowledge', { requires_ack: { within_s: 0 } }, 'requires_ack'],
  ])('is refused with %s, and the field is named', async (_, field, path) => {
    const answer = await ask(api.notifications.create, {
      token: clinic.admin.token,
      body: { message: 'x', ...field },
    });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(path);
  });

  it('is not for clinicians and the front desk to send', async () => {
    for (const { token } of [clinic.clinician, clinic.frontDesk]) {
      expect(await fail(api.notifications.create, { token, body: { message: 'x' } })).toEqual([
        403,
        'forbidden',
      ]);
    }
  });

  it('is sent by an integration key with events:write, which follows its progress and nobody else’s', async () => {
    const created = await succeed(api.integrationKeys.create, {
      token: clinic.admin.token,
      body: { name: 'lab', scopes: ['events:write'] },
    });
    const key = { token: created.key };
    const sent = await send(key, { message: 'potassium 6.9', audience: { roles: ['clinician'] } });
    expect((await progressOf(key, sent.id)).recipients).toBe(sent.recipients);
    const others = await send(clinic.admin, { message: 'not yours' });
    expect(await fail(api.notifications.progress, { token: key.token, id: others.id })).toEqual([
      404,
      'not_found',
    ]);
  });
});

describe('What a person does with the own inbox', () => {
  it('reaches all connections of that person on every instance, with exact counts, and nobody else', async () => {
    const nurse = await clinic.addUser('clinician');
    const [first = server, second = server] = instances;
    const own = [
      await connect(first.wsUrl, { token: nurse.token }),
      await connect(second.wsUrl, { token: nurse.token }),
    ];
    const colleague = await connect(first.wsUrl, { token: clinic.clinician.token });
    const { id } = await send(clinic.admin, { message: 'a' });
    const { id: next } = await send(clinic.admin, { message: 'b' });
    const steps = [
      ['seen', id, { unread: 2, unseen: 1 }],
      ['read', id, { unread: 1, unseen: 1 }],
      ['unread', id, { unread: 2, unseen: 1 }],
      ['archive', id, { unread: 1, unseen: 1 }],
      ['unarchive', id, { unread: 2, unseen: 1 }],
      ['acknowledge', next, { unread: 1, unseen: 0 }],
    ] as const;
    let told = 0;
    for (const [action, notice, counts] of steps) {
      await act(nurse, action, notice);
      await act(nurse, action, notice); // a second time changes nothing and tells nothing
      told += 1;
      for (const socket of own) {
        await eventually(() => socket.frames.filter(({ type }) => type === 'inbox_changed').length === told);
        expect([action, countsAt(socket)]).toEqual([action, counts]);
      }
      const { unread, unseen } = await inboxOf(nurse);
      expect({ unread, unseen }).toEqual(counts);
    }
    await send(clinic.admin, { message: 'last', audience: { user_ids: [clinic.clinician.id] } });
    await colleague.waitFor(({ data }) => data?.['message'] === 'last');
    expect(colleague.frames.filter(({ type }) => type === 'inbox_changed')).toEqual([]);
    for (const socket of [...own, colleague]) await socket.close();
  });

  it('is replayed to a tab that was away, so that its badge is right', async () => {
    const nurse = await clinic.addUser('front_desk');
    const { seq, epoch } = await inboxOf(nurse);
    const { id } = await send(clinic.admin, { message: 'while away' });
    await act(nurse, 'read', id);
    const socket = await connect(server.wsUrl, { token: nurse.token, query: { since: String(seq), epoch } });
    await socket.waitFor('resumed');
    expect(noticesTo(socket, id)).toHaveLength(1);
    expect(countsAt(socket)).toEqual({ unread: 0, unseen: 0 });
    await socket.close();
  });

  it('marks everything up to a number with one event, inclusive, and nothing after it', async () => {
    const nurse = await clinic.addUser('clinician');
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await send(clinic.admin, { message: `m${n}` })).id);
    const upTo = await noticeOf(nurse, ids[2] ?? '');
    const socket = await connect(server.wsUrl, { token: nurse.token });
    const body = { up_to_seq: upTo.seq };
    expect((await ask(api.notifications.readAll, { token: nurse.token, body })).status).toBe(204);
    expect((await ask(api.notifications.readAll, { token: nurse.token, body })).status).toBe(204);
    await socket.waitFor('inbox_changed');
    expect(countsAt(socket)).toEqual({ unread: 2, unseen: 2 });
    const seen = { up_to_seq: Number.MAX_SAFE_INTEGER };
    expect((await ask(api.notifications.seenAll, { token: nurse.token, body: seen })).status).toBe(204);
    await eventually(() => countsAt(socket).unseen === 0);
    expect(socket.frames.filter(({ type }) => type === 'inbox_changed')).toHaveLength(2);
    expect((await inboxOf(nurse, { state: 'unread' })).data.map(({ id }) => id)).toEqual([ids[4], ids[3]]);
    await socket.close();
  });

  it('does not count what is snoozed until then, nor what has expired, and says when that changes', async () => {
    const nurse = await clinic.addUser('clinician');
    const { id } = await send(clinic.admin, { message: 'later' });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await act(nurse, 'snooze', id, { until });
    let inbox = await inboxOf(nurse);
    expect([inbox.unread, inbox.next_change_at]).toEqual([0, until]);
    expect(inbox.data.map((notice) => notice.id)).toContain(id);
    expect((await inboxOf(nurse, { state: 'unread' })).data).toEqual([]);
    await act(nurse, 'snooze', id, { until: null });
    expect((await inboxOf(nurse)).unread).toBe(1);
    const soon = (limitMs: number) =>
      new Date(Date.now() + Math.min(scaled(limitMs), WAIT_MS / 3)).toISOString();
    await act(nurse, 'snooze', id, { until: soon(3_000) });
    expect((await inboxOf(nurse)).unread).toBe(0);
    await eventually(async () => (await inboxOf(nurse)).unread === 1);
    const brief = await send(clinic.admin, {
      message: 'brief',
      expires_at: soon(4_000),
    });
    expect((await inboxOf(nurse)).unread).toBe(2);
    inbox = await eventually(async () => {
      const page = await inboxOf(nurse);
      return page.unread === 1 && page;
    });
    expect(inbox.data.map((notice) => notice.id)).not.toContain(brief.id);
    await eventually(async () => (await progressOf(clinic.admin, brief.id)).state === 'expired');
  });

  it('is for the own inbox only: the notice of another person or clinic is not there', async () => {
    const { id } = await send(clinic.admin, { message: 'x', audience: { user_ids: [clinic.clinician.id] } });
    for (const { token } of [clinic.frontDesk, other.clinician, other.admin]) {
      for (const action of [
        'seen',
        'read',
        'unread',
        'archive',
        'acknowledge',
        'resolve',
        'snooze',
      ] as const) {
        const body = action === 'snooze' ? { until: null } : {};
        expect([action, ...(await fail(api.notifications[action], { token, id, body }))]).toEqual([
          action,
          404,
          'not_found',
        ]);
      }
    }
    expect(await fail(api.notifications.progress, { token: other.admin.token, id })).toEqual([
      404,
      'not_found',
    ]);
  });

  it('says when a server wrote the notice to a socket of the person, live and after a resume', async () => {
    const nurse = await clinic.addUser('clinician');
    const { seq, epoch } = await inboxOf(nurse);
    const audience = { user_ids: [nurse.id] };
    const missed = await send(clinic.admin, { message: 'missed', audience });
    const socket = await connect(server.wsUrl, { token: nurse.token, query: { since: String(seq), epoch } });
    await socket.waitFor('resumed');
    const live = await send(clinic.admin, { message: 'live', audience });
    for (const { id } of [missed, live]) {
      const notice = await eventually(async () => {
        const found = await noticeOf(nurse, id);
        return found.delivered_at !== null && found;
      });
      expect(Date.parse(notice.delivered_at ?? '')).toBeGreaterThanOrEqual(Date.parse(notice.sent_at));
      expect(notice.seen_at).toBeNull();
    }
    await socket.close();
  });

  it('keeps counts equal to rows while many people and tabs act at the same time', async () => {
    const nurse = await clinic.addUser('clinician');
    const socket = await connect(server.wsUrl, { token: nurse.token });
    const ids: string[] = [];
    const sends = Array.from({ length: 12 }, async (_, n) => {
      const { id } = await send(clinic.admin, { message: `burst ${n}` });
      ids.push(id);
      await Promise.all([act(nurse, 'seen', id), n % 2 === 0 ? act(nurse, 'read', id) : undefined]);
      if (n % 3 === 0) await act(nurse, 'archive', id);
    });
    await Promise.all(sends);
    const { seq, unread, unseen } = await inboxOf(nurse);
    await socket.waitFor(({ type, data }) => type === 'position' && Number(data?.['seq']) >= seq);
    expect(countsAt(socket)).toEqual({ unread, unseen });
    // each count is that of the events before it: replayed one by one they give the same badge
    expect(unread).toBe(ids.length / 2 - 2);
    await socket.close();
  });
});

describe('Preferences', () => {
  it('are kept for each person, and a wrong time or zone is named', async () => {
    const { token } = clinic.frontDesk;
    expect(await succeed(api.notifications.preferences, { token })).toEqual({
      quiet_hours: null,
      sound: true,
      desktop: false,
    });
    const body = {
      quiet_hours: { from: '22:00', to: '06:30', time_zone: 'Europe/Berlin' },
      sound: false,
      desktop: true,
    };
    expect(await succeed(api.notifications.setPreferences, { token, body })).toEqual(body);
    expect(await succeed(api.notifications.preferences, { token })).toEqual(body);
    expect(
      (await succeed(api.notifications.preferences, { token: clinic.clinician.token })).quiet_hours,
    ).toBeNull();
    for (const quiet_hours of [
      { ...body.quiet_hours, from: '24:00' },
      { ...body.quiet_hours, time_zone: 'Mars/Olympus' },
    ]) {
      const answer = await ask(api.notifications.setPreferences, { token, body: { ...body, quiet_hours } });
      expect(answer.status).toBe(422);
      expect(JSON.stringify(answer.body)).toContain('quiet_hours');
    }
  });
});
