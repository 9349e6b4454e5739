import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { CONTROL_DATA } from '@wardbell/contract';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, type Frame, type SocketOptions, type TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { Clinic, numbers, superToken } from './support/clinic.js';

const PositionsFrame = z.object({ data: CONTROL_DATA.positions });

useServer({ env: { WEBSOCKET_HEARTBEAT_INTERVAL: '1', MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '100000' } });

describe('resume', () => {
  const sockets: TestSocket[] = [];
  afterAll(async () => {
    for (const socket of sockets) socket.ws.terminate();
  });

  const open = async (options: SocketOptions): Promise<TestSocket> => {
    const socket = await connect(server.wsUrl, options);
    sockets.push(socket);
    return socket;
  };
  const from = (since: number, epoch: string, more: Record<string, string> = {}) => ({
    query: { since: String(since), epoch, ...more },
  });
  const seqs = (socket: TestSocket): (number | undefined)[] => socket.events.map(({ seq }) => seq);
  /** Without frames that belong to no position and may come at any time. */
  const streamOf = (socket: TestSocket): Frame[] =>
    socket.frames.filter(({ type }) => type !== 'position' && type !== 'user_status');
  const typesAfterConnected = (socket: TestSocket): string[] =>
    streamOf(socket)
      .slice(1)
      .map(({ type }) => type);
  /** Everything up to this number has arrived, whether it was events or a word that there are none. */
  const upTo = (socket: TestSocket, seq: number): Promise<Frame> =>
    socket.waitFor((frame) => frame.seq === seq);

  describe('by query', () => {
    it('sends every event after the position, then resumed, then live ones: none missing, none twice', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(30);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), ...from(10, epoch) });
      const resumed = await socket.waitFor('resumed');
      expect(resumed.data).toEqual({ from: 10, to: 30, count: 20 });
      expect(streamOf(socket).at(-1)).toBe(resumed);
      await clinic.emit(5);
      await upTo(socket, 35);
      expect(seqs(socket)).toEqual(numbers(11, 35));
    });

    it('answers a client that missed nothing with resumed alone', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(3);
      const { seq, epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), ...from(seq, epoch) });
      expect((await socket.waitFor('resumed')).data).toEqual({ from: 3, to: 3, count: 0 });
      expect(typesAfterConnected(socket)).toEqual(['resumed']);
    });

    it('sends the whole log from 0, page after page, past what memory holds', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(2_500);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), ...from(0, epoch) });
      expect((await socket.waitFor('resumed')).data).toEqual({ from: 0, to: 2_500, count: 2_500 });
      expect(seqs(socket)).toEqual(numbers(1, 2_500));
    });

    it('says in connected where the tenant stands, not where the client was', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(7);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), ...from(2, epoch) });
      expect(socket.frames[0]?.data).toMatchObject({ seq: 7, epoch, tenant_id: clinic.id });
    });

    it('starts at the present without a position', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(4);
      const socket = await open({ token: await clinic.token() });
      await clinic.emit(2);
      await upTo(socket, 6);
      expect(typesAfterConnected(socket)).toEqual(['task_updated', 'task_updated']);
    });
  });

  describe('that cannot be served', () => {
    it.each([
      ['another epoch', () => randomUUID()],
      ['no epoch', () => undefined],
      ['an empty epoch', () => ''],
    ])('says resync_required (epoch) to %s, and live events follow', async (_, epochOf) => {
      const clinic = await Clinic.create(database);
      await clinic.emit(5);
      const { epoch } = await clinic.position();
      const asked = epochOf();
      const socket = await open({
        token: await clinic.token(),
        query: { since: '3', ...(asked === undefined ? {} : { epoch: asked }) },
      });
      expect((await socket.waitFor('resync_required')).data).toEqual({ reason: 'epoch', seq: 5, epoch });
      await clinic.emit();
      await upTo(socket, 6);
      expect(typesAfterConnected(socket)).toEqual(['resync_required', 'task_updated']);
    });

    it('says resync_required (ahead) to a position that the log has not reached, and live events follow', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(5);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), ...from(6, epoch) });
      expect((await socket.waitFor('resync_required')).data).toEqual({ reason: 'ahead', seq: 5, epoch });
      await clinic.emit();
      await upTo(socket, 6);
      expect(seqs(socket)).toEqual([6]);
    });

    it('says resync_required (retention) when the log no longer reaches back that far', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(20);
      await clinic.forgetUpTo(10);
      const { epoch } = await clinic.position();
      const late = await open({ token: await clinic.token(), ...from(9, epoch) });
      expect((await late.waitFor('resync_required')).data).toEqual({ reason: 'retention', seq: 20, epoch });
      const inTime = await open({ token: await clinic.token(), ...from(10, epoch) });
      expect((await inTime.waitFor('resumed')).data).toEqual({ from: 10, to: 20, count: 10 });
      await clinic.emit();
      await Promise.all([upTo(late, 21), upTo(inTime, 21)]);
      expect(seqs(late)).toEqual([21]);
      expect(seqs(inTime)).toEqual(numbers(11, 21));
    });

    it('says resync_required (retention) when nothing of the log is left, and resumes who missed nothing', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(20);
      await clinic.forgetUpTo(20);
      const { epoch } = await clinic.position();
      const late = await open({ token: await clinic.token(), ...from(19, epoch) });
      expect((await late.waitFor('resync_required')).data).toEqual({ reason: 'retention', seq: 20, epoch });
      const level = await open({ token: await clinic.token(), ...from(20, epoch) });
      expect((await level.waitFor('resumed')).data).toEqual({ from: 20, to: 20, count: 0 });
    });

    it('takes a position that is no number for another history, and says so', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(2);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), query: { since: '1; DROP', epoch } });
      expect((await socket.waitFor('error')).data).toMatchObject({ code: 'invalid_since' });
      expect((await socket.waitFor('resync_required')).data).toEqual({ reason: 'epoch', seq: 2, epoch });
    });
  });

  describe('of filtered and role-restricted streams', () => {
    it('replays what the filter allows, and resumed counts only that but is complete to the end', async () => {
      const clinic = await Clinic.create(database);
      for (const type of ['a', 'b', 'a', 'b', 'b']) await clinic.emit(1, { type });
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), ...from(1, epoch, { types: 'a' }) });
      expect((await socket.waitFor('resumed')).data).toEqual({ from: 1, to: 5, count: 1 });
      expect(seqs(socket)).toEqual([3]);
    });

    it('replays to each role and user what is for them', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(1);
      await clinic.emit(1, { audience: { roles: ['front_desk'] } });
      await clinic.emit(1, { audience: { user_ids: ['dr-who'] } });
      await clinic.emit(1, { audience: { roles: ['clinician', 'tenant_admin'] } });
      const { epoch } = await clinic.position();
      const read = async (token: string) => {
        const socket = await open({ token, ...from(0, epoch) });
        const { data } = await socket.waitFor('resumed');
        expect(data).toEqual({ from: 0, to: 4, count: socket.events.length });
        return seqs(socket);
      };
      expect(await read(await clinic.token('front_desk'))).toEqual([1, 2]);
      expect(await read(await clinic.token('clinician'))).toEqual([1, 4]);
      expect(await read(await clinic.token('clinician', 'dr-who'))).toEqual([1, 3, 4]);
      expect(await read(await clinic.token('tenant_admin'))).toEqual([1, 4]);
    });

    it('replays a topic alone', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(3);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), topic: 'patients', ...from(0, epoch) });
      expect((await socket.waitFor('resumed')).data).toEqual({ from: 0, to: 3, count: 0 });
    });

    it('says by position how far a stream that skips numbers is complete', async () => {
      const clinic = await Clinic.create(database);
      const socket = await open({ token: await clinic.token(), query: { types: 'other' } });
      await clinic.emit(3);
      await socket.waitFor(({ type, data }) => type === 'position' && data?.['seq'] === 3);
      expect(typesAfterConnected(socket)).toEqual([]);
    });
  });

  describe('in band', () => {
    it('sends nothing after connected until the resume comes, then everything from its position', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(5);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), query: { resume: 'inband' } });
      const witness = await open({ token: await clinic.token() });
      await clinic.emit(5);
      await upTo(witness, 10);
      socket.send('ping');
      await eventually(() => socket.texts.includes('pong'));
      expect(typesAfterConnected(socket)).toEqual([]);
      socket.send({ type: 'resume', epoch, since: 2 });
      expect((await socket.waitFor('resumed')).data).toEqual({ from: 2, to: 10, count: 8 });
      await clinic.emit();
      await upTo(socket, 11);
      expect(seqs(socket)).toEqual(numbers(3, 11));
    });

    it('resumes from a list that was loaded after connected, whose number is past that of connected', async () => {
      const clinic = await Clinic.create(database);
      const socket = await open({ token: await clinic.token(), query: { resume: 'inband' } });
      await clinic.emit(3);
      // no head notice has told the server: it must ask the database before it says that this is ahead
      const { seq, epoch } = await clinic.position();
      socket.send({ type: 'resume', epoch, since: seq });
      expect((await socket.waitFor('resumed')).data).toEqual({ from: 3, to: 3, count: 0 });
      await clinic.emit();
      await upTo(socket, 4);
      expect(seqs(socket)).toEqual([4]);
      expect(socket.frames.some(({ type }) => type === 'resync_required')).toBe(false);
    });

    it.each(['epoch', 'ahead', 'retention'])('says resync_required (%s) as by query', async (reason) => {
      const clinic = await Clinic.create(database);
      await clinic.emit(8);
      await clinic.forgetUpTo(4);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), query: { resume: 'inband' } });
      socket.send({
        type: 'resume',
        epoch: reason === 'epoch' ? randomUUID() : epoch,
        since: reason === 'ahead' ? 9 : reason === 'retention' ? 2 : 6,
      });
      expect((await socket.waitFor('resync_required')).data).toEqual({ reason, seq: 8, epoch });
      await clinic.emit();
      await upTo(socket, 9);
      expect(seqs(socket)).toEqual([9]);
    });

    it('takes one resume and no second', async () => {
      const clinic = await Clinic.create(database);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), query: { resume: 'inband' } });
      for (const _ of [1, 2]) socket.send({ type: 'resume', epoch, since: 0 });
      expect((await socket.waitFor('error')).data).toMatchObject({ code: 'resume_not_expected' });
      await socket.waitFor('resumed');
      expect(socket.frames.filter(({ type }) => type === 'resumed')).toHaveLength(1);
    });

    it('takes a subscription before the resume, so that the replay is of the chosen topics', async () => {
      const clinic = await Clinic.create(database);
      await clinic.emit(2);
      const { epoch } = await clinic.position();
      const socket = await open({ token: await clinic.token(), query: { resume: 'inband' } });
      socket.send({ type: 'subscribe', topics: ['patients'] });
      socket.send({ type: 'resume', epoch, since: 0 });
      expect((await socket.waitFor('resumed')).data).toEqual({ from: 0, to: 2, count: 0 });
    });
  });

  describe('of super admins', () => {
    const resumedOf = (socket: TestSocket, { id }: Clinic): Promise<Frame> =>
      socket.waitFor(({ type, data }) => type === 'resumed' && data?.['tenant_id'] === id);
    const seqsOf = (socket: TestSocket, { id }: Clinic): (number | undefined)[] =>
      socket.events.filter((frame) => frame['tenant_id'] === id).map(({ seq }) => seq);

    it('tells every position right after connected, whose own number is null', async () => {
      const clinics = await Promise.all([Clinic.create(database), Clinic.create(database)]);
      await clinics[0]?.emit(3);
      const socket = await open({ token: await superToken() });
      const positions = await socket.waitFor('positions');
      expect(socket.frames[0]?.data).toMatchObject({ seq: null, tenant_id: null });
      expect(socket.frames[1]).toBe(positions);
      expect(positions.data).toMatchObject({
        seq: { [clinics[0]?.id ?? '']: 3, [clinics[1]?.id ?? '']: 0 },
        more: false,
      });
    });

    it('sends every tenant from its own number, each in its own order, with a resumed of its own', async () => {
      const [one, two, three] = await Promise.all([1, 2, 3].map(() => Clinic.create(database)));
      if (!one || !two || !three) throw new Error('three clinics');
      await one.emit(10);
      await two.emit(20);
      await three.emit(5);
      const { epoch } = await one.position();
      const socket = await open({ token: await superToken(), query: { resume: 'inband' } });
      const stood = PositionsFrame.parse(await socket.waitFor('positions')).data.seq[three.id] ?? 0;
      socket.send({ type: 'resume', epoch, since: { [one.id]: 4, [two.id]: 20 } });
      expect((await resumedOf(socket, one)).data).toEqual({ from: 4, to: 10, count: 6, tenant_id: one.id });
      expect((await resumedOf(socket, two)).data).toEqual({ from: 20, to: 20, count: 0, tenant_id: two.id });
      await Promise.all([one.emit(2), two.emit(2), three.emit(2)]);
      for (const [clinic, last] of [
        [one, 12],
        [two, 22],
        [three, 7],
      ] as const)
        await socket.waitFor((frame) => frame['tenant_id'] === clinic.id && frame.seq === last);
      expect(seqsOf(socket, one)).toEqual(numbers(5, 12));
      expect(seqsOf(socket, two)).toEqual([21, 22]);
      // not asked for: from where positions said that it stood
      expect(seqsOf(socket, three)).toEqual(numbers(stood + 1, 7));
    });

    it('says resync_required for the tenants whose position cannot be served, and resumes the others', async () => {
      const [ahead, fine] = await Promise.all([Clinic.create(database), Clinic.create(database)]);
      const dropped = await Clinic.old(database, { first: 4, head: 6 });
      for (const clinic of [ahead, fine]) await clinic.emit(6);
      const { epoch } = await ahead.position();
      const socket = await open({ token: await superToken(), query: { resume: 'inband' } });
      const gone = randomUUID();
      socket.send({
        type: 'resume',
        epoch,
        since: { [ahead.id]: 99, [dropped.id]: 1, [fine.id]: 2, [gone]: 1 },
      });
      const resyncOf = (id: string) =>
        socket.waitFor(({ type, data }) => type === 'resync_required' && data?.['tenant_id'] === id);
      expect((await resyncOf(ahead.id)).data).toEqual({
        reason: 'ahead',
        seq: 6,
        epoch,
        tenant_id: ahead.id,
      });
      expect((await resyncOf(gone)).data).toMatchObject({ reason: 'ahead' });
      expect((await resyncOf(dropped.id)).data).toMatchObject({ reason: 'retention' });
      expect((await resumedOf(socket, fine)).data).toMatchObject({ from: 2, to: 6, count: 4 });
    });

    it('carries a tenant that was created after connected from its first event', async () => {
      const socket = await open({ token: await superToken() });
      await socket.waitFor('positions');
      const clinic = await Clinic.create(database);
      await clinic.emit(3);
      await socket.waitFor((frame) => frame['tenant_id'] === clinic.id && frame.seq === 3);
      expect(seqsOf(socket, clinic)).toEqual([1, 2, 3]);
    });

    it('is told by position how far a tenant is complete whose events are for chosen people', async () => {
      const clinic = await Clinic.create(database);
      const socket = await open({ token: await superToken() });
      await socket.waitFor('positions');
      await clinic.emit(4, { audience: { user_ids: ['dr-who'] } });
      await socket.waitFor(
        ({ type, data }) => type === 'position' && data?.['tenant_id'] === clinic.id && data['seq'] === 4,
      );
      expect(seqsOf(socket, clinic)).toEqual([]);
    });

    it('is asked for a number of each tenant when it gives only one', async () => {
      const socket = await open({ token: await superToken(), query: { since: '3', epoch: randomUUID() } });
      expect((await socket.waitFor('error')).data).toMatchObject({ code: 'since_needs_tenants' });
    });
  });
});
