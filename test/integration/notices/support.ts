import { expect } from '@jest/globals';
import { api, type InboxChanged, type InboxNotice, type NoticeProgress } from '@wardbell/contract';
import { z } from 'zod';
import { instances, server } from '../../support/fixture.js';
import type { Frame, TestSocket } from '../../support/socket.js';
import type { TestUser } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { ask, succeed } from '../http/harness.js';

export interface Sent {
  readonly id: string;
  readonly recipients: number;
}

const Sent = z.object({ id: z.string(), recipients: z.number() });

/** Sends a notice as an administrator, through any instance. */
export const send = async ({ token }: Pick<TestUser, 'token'>, body: object): Promise<Sent> =>
  Sent.parse(await succeed(api.notifications.create, { at: anyInstance(), token, body }));

let calls = 0;
/** The instances in turn. */
export const anyInstance = () => instances[calls++ % instances.length] ?? server;

type Query = Readonly<Record<string, string | number>>;
export const inboxOf = ({ token }: Pick<TestUser, 'token'>, query: Query = {}) =>
  succeed(api.notifications.inbox, { at: anyInstance(), token, query });

/** The notice in the inbox of a person; fails when it is not there. */
export async function noticeOf(user: Pick<TestUser, 'token'>, id: string): Promise<InboxNotice> {
  const found = (await inboxOf(user)).data.find((notice) => notice.id === id);
  if (!found) throw new Error('the notice is not in the inbox');
  return found;
}

type Action = 'seen' | 'read' | 'unread' | 'archive' | 'unarchive' | 'snooze' | 'acknowledge' | 'resolve';

/** Does something with a notice of the own inbox, through any instance. */
export async function act(
  { token }: Pick<TestUser, 'token'>,
  action: Action,
  id: string,
  body?: object,
): Promise<void> {
  const given = body ?? (action === 'acknowledge' || action === 'resolve' ? {} : undefined);
  const { status } = await ask(api.notifications[action], { at: anyInstance(), token, id, body: given });
  expect([action, status]).toEqual([action, 204]);
}

export const progressOf = ({ token }: Pick<TestUser, 'token'>, id: string): Promise<NoticeProgress> =>
  succeed(api.notifications.progress, { at: anyInstance(), token, id });

/** Waits until the progress of a notice meets the condition. */
export const untilProgress = (
  admin: Pick<TestUser, 'token'>,
  id: string,
  fits: (progress: NoticeProgress) => boolean,
): Promise<NoticeProgress> =>
  eventually(async () => {
    const progress = await progressOf(admin, id);
    return fits(progress) && progress;
  });

/** The frames of a notice that a socket was sent. */
export const noticesTo = (socket: TestSocket, id: string): Frame[] =>
  socket.frames.filter(({ type, data }) => type === 'system_notification' && data?.['id'] === id);

export const waitForStep = (socket: TestSocket, id: string, step: number): Promise<Frame> =>
  socket.waitFor(
    ({ type, data }) => type === 'system_notification' && data?.['id'] === id && data['step'] === step,
  );

const Changed = z.object({ unread: z.number(), unseen: z.number(), changed: z.string() });

/** The latest counts that a socket was told. */
export const countsAt = (socket: TestSocket): Pick<InboxChanged, 'unread' | 'unseen'> => {
  const frame = socket.frames.findLast(({ type }) => type === 'inbox_changed');
  const { unread, unseen } = Changed.parse(frame?.data);
  return { unread, unseen };
};
