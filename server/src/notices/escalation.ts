import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Escalation, type NoticeState, type NoticeTarget, REPEAT_S } from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import { type BackgroundTask, BackgroundTasks } from '../database/background-tasks.js';
import { Database } from '../database/database.service.js';
import { ENDS_WHEN_IDLE } from '../database/idle-timeout.js';
import { RelayPool } from '../database/pools.js';
import { SYSTEM } from '../database/principal.js';
import { MAX_WORK_MS } from '../database/role-pool.js';
import type { Tx } from '../database/tx.js';
import { SQLSTATE, sqlState } from '../platform/errors/sqlstate.js';
import { Metrics } from '../platform/metrics/metrics.js';
import { NoticeMetrics } from '../platform/metrics/notice-metrics.js';
import { ALIVE_FOR_S } from '../realtime/connections/instance.js';
import { chooseRecipients, planSteps } from './escalation-plan.js';
import { emitState } from './notice-state.js';
import { type NoticeText, noticeData } from './send-notice.js';

/** The protocol allows 1 s after the time of a step. */
const EVERY_MS = 250;
/** Notices that this instance works on at the same time. */
const WORKERS = 4;
/** How long a clinic waits for its next try when somebody held its log: its notices must not keep those of others waiting. */
const HELD_UP_MS = 500;
/**
 * Longest duration of a step; after a step that failed the next one may take as long as any other work. A connection that the
 * network has cut answers nothing, not even for a while after the network is back (TCP repeats what was lost at growing
 * intervals); then a new connection takes the notice on.
 */
const STEP_MS = 5_000;

const IS_DUE = {
  name: 'notice_is_due',
  text: `SELECT EXISTS (SELECT FROM wardbell.notice n JOIN wardbell.tenant t ON t.id = n.tenant_id AND t.status = 'active'
                        WHERE n.due_at <= clock_timestamp()) AS due`,
};

const COLUMNS = raw(
  `n.tenant_id::text, n.id::text, n.message, n.level, n.title, n.link, n.context, n.expires_at, n.is_test,
   n.escalation IS NOT NULL AS requires_ack, n.escalation, n.state, n.step,
   n.expires_at <= clock_timestamp() AS is_expired,
   extract(epoch FROM clock_timestamp() - n.due_at)::float8 AS late_s`,
);

interface DueNotice extends NoticeText {
  readonly tenant_id: string;
  readonly escalation: unknown;
  readonly state: NoticeState;
  readonly step: number;
  readonly is_expired: boolean | null;
  readonly late_s: number;
}

interface Outcome {
  readonly state: NoticeState;
  readonly step: number;
  /** Seconds until the next step or repeat; null: nothing is due any more. */
  readonly withinS: number | null;
  /** People were told: `wardbell.append()` sets the time of the step, counted from its event. */
  readonly isTold: boolean;
}

/**
 * Runs the timers of notices: the next step, the end of a hold, repeats and expiry. The time stands in the database, so any
 * instance runs it; the notice is locked and changed in the transaction that writes the step's rows and event, so it
 * happens once, also when the instance or PostgreSQL is killed at any moment.
 */
@Injectable()
export class EscalationRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;
  readonly #metrics: NoticeMetrics;
  /** Until when clinics are left alone whose log was held, by `performance.now()`. */
  readonly #heldUp = new Map<string, number>();
  #maxStepMs = STEP_MS;

  constructor(
    private readonly database: Database,
    private readonly relay: RelayPool,
    metrics: Metrics,
    tasks: BackgroundTasks,
  ) {
    this.#metrics = new NoticeMetrics(metrics.registry);
    this.#task = tasks.define({ name: 'notice-escalation', everyMs: EVERY_MS }, () => this.#run());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  async #run(): Promise<void> {
    const [row] = await this.relay.query<{ due: boolean }>(IS_DUE, [], STEP_MS);
    if (!row?.due) return;
    const work = async (): Promise<void> => {
      while (await this.#runOne());
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
  }

  /** False when nothing is due that no other worker has. */
  async #runOne(): Promise<boolean> {
    let tenantId: string | undefined;
    try {
      const due = await this.database.acrossTenants(
        SYSTEM,
        async (tx) => {
          const [notice] = await takeDue(tx, this.#leftAlone());
          if (!notice) return undefined;
          tenantId = notice.tenant_id;
          const outcome = await advance(tx, notice);
          await store(tx, notice, outcome);
          const { state, step } = outcome;
          // A step tells its own people that the notice waits; the others must hear that nobody has it any more.
          if (state !== notice.state && state !== 'expired')
            await emitState(tx, { id: notice.id, state, step }, notice.tenant_id);
          return notice;
        },
        this.#maxStepMs,
      );
      this.#maxStepMs = STEP_MS;
      if (due) this.#metrics.ranTimer(due.late_s);
      return due !== undefined;
    } catch (error) {
      this.#maxStepMs = MAX_WORK_MS;
      if (tenantId === undefined || sqlState(error) !== SQLSTATE.lockNotAvailable) throw error;
      this.#heldUp.set(tenantId, performance.now() + HELD_UP_MS);
      return true;
    }
  }

  #leftAlone(): readonly string[] {
    const nowMs = performance.now();
    for (const [tenantId, untilMs] of this.#heldUp) if (untilMs <= nowMs) this.#heldUp.delete(tenantId);
    return [...this.#heldUp.keys()];
  }
}

/**
 * Locks the notice that is due first and that nobody else works on. The transaction gives up soon on a lock that somebody
 * holds; and should this process be frozen or cut off, PostgreSQL ends it, so that another instance can take the notice on.
 */
async function takeDue(tx: Tx, leftAlone: readonly string[]): Promise<readonly DueNotice[]> {
  const [, notices] = await Promise.all([
    tx.sql.query<object[]>`SELECT set_config('lock_timeout', '500ms', true)`,
    tx.sql.query<DueNotice[]>`
      SELECT ${COLUMNS} FROM wardbell.notice n
      WHERE n.due_at <= clock_timestamp() AND n.tenant_id <> ALL (${leftAlone}::uuid[])
        AND EXISTS (SELECT FROM wardbell.tenant t WHERE t.id = n.tenant_id AND t.status = 'active')
        AND ${ENDS_WHEN_IDLE}
      ORDER BY n.due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
  ]);
  return notices;
}

/** What follows at the time of a notice. */
async function advance(tx: Tx, notice: DueNotice): Promise<Outcome> {
  const { state, step } = notice;
  const isOpen = state === 'pending' || state === 'unanswered';
  if (notice.is_expired) return { state: isOpen ? 'expired' : state, step, withinS: null, isTold: false };
  const escalation = Escalation.safeParse(notice.escalation).data;
  if (!escalation || state === 'resolved' || state === 'expired')
    return { state, step, withinS: null, isTold: false };
  const steps = planSteps(escalation);
  for (const [index, { to, withinS }] of steps.entries()) {
    const next = index + 1;
    if (state === 'unanswered' || next <= step) continue;
    const people = await findPeople(tx, notice.tenant_id, to);
    if (people.length === 0) continue; // nobody to wait for
    await tell(tx, notice, next, people);
    return { state: 'pending', step: next, withinS, isTold: true };
  }
  return repeat(tx, notice, steps.length, steps.at(-1)?.to);
}

/** Nobody has acknowledged in time: the people of the fallback and the tenant admins are told again and again. */
async function repeat(
  tx: Tx,
  notice: DueNotice,
  step: number,
  fallback: NoticeTarget | undefined,
): Promise<Outcome> {
  const admins = await findPeople(tx, notice.tenant_id, { roles: ['tenant_admin'] }, { all: true });
  const others = fallback ? await findPeople(tx, notice.tenant_id, fallback) : [];
  const people = [...new Set([...others, ...admins])];
  if (people.length > 0) await tell(tx, notice, step, people);
  return { state: 'unanswered', step, withinS: REPEAT_S, isTold: people.length > 0 };
}

async function findPeople(
  tx: Tx,
  tenantId: string,
  to: NoticeTarget,
  { all = false } = {},
): Promise<readonly string[]> {
  const people = await tx.sql.query<{ user_id: string; online: boolean }[]>`
    SELECT p.user_id, p.online
    FROM wardbell.notice_people(${tenantId}::uuid, ${JSON.stringify(to)}::jsonb,
                                make_interval(secs => ${ALIVE_FOR_S})) p`;
  return all ? people.map(({ user_id }) => user_id) : chooseRecipients(to, people);
}

/** Puts the notice into the inbox of these people, also of those who had put it away, and writes its event for them. */
async function tell(tx: Tx, notice: DueNotice, step: number, userIds: readonly string[]): Promise<void> {
  await tx.sql.execute`
    INSERT INTO wardbell.notice_recipient AS r (tenant_id, notice_id, user_id, step)
    SELECT ${notice.tenant_id}::uuid, ${notice.id}::uuid, u, ${step}::integer FROM unnest(${userIds}::text[]) AS u
    ON CONFLICT (tenant_id, notice_id, user_id) DO UPDATE
      SET step = excluded.step, snoozed_until = NULL, archived_at = NULL`;
  const data = noticeData(notice, step);
  tx.emit({ type: 'system_notification', data, audience: { user_ids: [...userIds] } }, notice.tenant_id);
  tx.audit(
    {
      action: 'notification.escalate',
      objectType: 'notification',
      objectId: notice.id,
      details: { step, recipients: userIds.length },
    },
    notice.tenant_id,
  );
}

async function store(tx: Tx, notice: DueNotice, { state, step, withinS, isTold }: Outcome): Promise<void> {
  await tx.sql.execute`
    UPDATE wardbell.notice n
    SET state = ${state}, step = ${step}::integer, within_s = ${withinS}::integer,
        due_at = CASE WHEN ${isTold} THEN n.due_at
                      WHEN ${withinS}::integer IS NOT NULL
                      THEN least(clock_timestamp() + make_interval(secs => ${withinS}::integer), n.expires_at) END
    WHERE n.tenant_id = ${notice.tenant_id}::uuid AND n.id = ${notice.id}::uuid`;
}
