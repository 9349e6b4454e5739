import { Controller, HttpStatus } from '@nestjs/common';
import { Approval, api, type User } from '@wardbell/contract';
import type { FastifyRequest } from 'fastify';
import type { BareCall, Call } from '../../api/endpoint/call.js';
import { BareEndpoint, Endpoint } from '../../api/endpoint/endpoint.js';
import { Idempotency } from '../../api/endpoint/idempotency.js';
import { SnapshotExports } from '../../api/exports/snapshot-exports.js';
import { Database } from '../../database/database.service.js';
import type { Principal } from '../../database/principal.js';
import { Problem } from '../../platform/errors/problem.js';
import { networkOf } from '../auth/network.js';
import { PasswordRules } from '../password-rules/password-rules.js';
import { Passwords } from '../passwords.js';
import { withState } from './account-state.js';
import { UsersExport } from './users.export.js';
import { UsersList } from './users.list.js';
import { UsersService } from './users.service.js';

const routes = api.users;

@Controller()
export class UsersController {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly passwords: Passwords,
    private readonly rules: PasswordRules,
    private readonly users: UsersService,
    private readonly usersList: UsersList,
    private readonly usersExport: UsersExport,
    private readonly exports: SnapshotExports,
  ) {}

  @Endpoint(routes.list, { unit: 'accounts' })
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.usersList.page(tx, query);
  }

  @BareEndpoint(routes.export)
  export({ principal, query, reply }: BareCall<typeof routes.export>): Promise<unknown> {
    return this.exports.send(principal, reply, this.usersExport.source(query));
  }

  @Endpoint(routes.get, { unit: 'accounts' })
  async get({ tx, id }: Call<typeof routes.get>): Promise<object> {
    const [user] = await withState(tx, [await this.users.get(tx, id)]);
    if (!user) throw new Problem('not_found');
    return user;
  }

  @Endpoint(routes.invite, { unit: 'accounts' })
  invite({ tx, id, request }: Call<typeof routes.invite>): Promise<object> {
    return this.users.invite(tx, id, networkOf(request.ip));
  }

  /** Hashes the password outside the transaction, because the hash is slow by design. */
  @BareEndpoint(routes.create)
  async create(call: BareCall<typeof routes.create>): Promise<unknown> {
    const { principal, body, request } = call;
    const { password, invitation: _, tenant_id: named, ...user } = body;
    const tenantId = tenantOfNewUser(principal, user.role, named ?? null);
    const passwordHash = password === undefined ? null : await this.#hashFirst(password, tenantId, call);
    const answer = await this.database.onAccounts(principal, (tx) =>
      this.idempotency.once(tx, call, () => this.users.create(tx, { ...user, tenantId, passwordHash })),
    );
    return accepted(request, answer);
  }

  async #hashFirst(
    password: string,
    tenantId: string | null,
    { principal, body: { email, name }, request }: BareCall<typeof routes.create>,
  ): Promise<string> {
    const clinic = await this.database.onAccounts(principal, (tx) => this.users.clinicName(tx, tenantId));
    await this.rules.check(password, { email, name, clinic }, 'password');
    return this.passwords.hash(password, networkOf(request.ip));
  }

  @BareEndpoint(routes.update)
  async update(call: BareCall<typeof routes.update>): Promise<object> {
    const { principal, id, body, ifMatch, request } = call;
    if (body.role === 'super_admin' && principal.tenantId !== null) throw new Problem('role_not_allowed');
    const { password, ...update } = body;
    const secret = password === undefined ? {} : { passwordHash: await this.#hash(password, call) };
    const answer = await this.database.onAccounts(principal, (tx) =>
      this.users.update(tx, id, { ...update, ...secret }, ifMatch),
    );
    return accepted(request, answer);
  }

  async #hash(
    password: string,
    { principal, id, body, request }: BareCall<typeof routes.update>,
  ): Promise<string> {
    const { email, name, clinic } = await this.database.onAccounts(principal, (tx) =>
      this.users.person(tx, id),
    );
    const person = { email: body.email ?? email, name: body.name ?? name, clinic };
    await this.rules.check(password, person, 'password');
    return this.passwords.hash(password, networkOf(request.ip));
  }

  @Endpoint(routes.remove, { unit: 'accounts' })
  remove({ tx, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.users.remove(tx, id, ifMatch);
  }

  @Endpoint(routes.removeFactors, { unit: 'accounts' })
  async removeFactors({ tx, id, request }: Call<typeof routes.removeFactors>): Promise<Approval | undefined> {
    return accepted(request, await this.users.removeFactors(tx, id));
  }
}

/** The status for an answer, also a stored one, that says that the change waits for an approval. */
function accepted<Answer>(request: FastifyRequest, answer: Answer): Answer {
  if (Approval.safeParse(answer).success) request.answerStatus = HttpStatus.ACCEPTED;
  return answer;
}

/** The tenant of a new user; null for a super admin. */
function tenantOfNewUser(principal: Principal, role: User['role'], named: string | null): string | null {
  if (principal.tenantId !== null) {
    if (role === 'super_admin') throw new Problem('role_not_allowed');
    if (named !== null && named.toLowerCase() !== principal.tenantId) {
      throw new Problem('field_not_allowed', {
        errors: [{ path: 'tenant_id', message: 'is not for your role' }],
      });
    }
    return principal.tenantId;
  }
  if ((role === 'super_admin') !== (named === null)) {
    const message = named === null ? 'is required' : 'must be absent for a super_admin';
    throw new Problem('validation_failed', { errors: [{ path: 'tenant_id', message }] });
  }
  return named;
}
