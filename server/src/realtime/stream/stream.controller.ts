import { Controller } from '@nestjs/common';
import { api, TICKET_S } from '@wardbell/contract';
import type { BareCall, Call } from '../../api/endpoint/call.js';
import { BareEndpoint, Endpoint } from '../../api/endpoint/endpoint.js';
import { Problem } from '../../platform/errors/problem.js';
import { Clients, type Opening } from '../gateway/clients.js';
import { ConnectRate } from '../gateway/connect-rate.js';
import { EventStreams } from './event-streams.js';
import { LongPolls } from './long-polls.js';
import { chooseForm, readStreamRequest } from './stream-request.js';
import { Tickets } from './tickets.js';

const routes = api.stream;

@Controller()
export class StreamController {
  constructor(
    private readonly clients: Clients,
    private readonly rate: ConnectRate,
    private readonly eventStreams: EventStreams,
    private readonly longPolls: LongPolls,
    private readonly tickets: Tickets,
  ) {}

  @BareEndpoint(routes.open)
  async open({ request, reply, query }: BareCall<typeof routes.open>): Promise<unknown> {
    const form = chooseForm(request.headers.accept);
    if (form === undefined) throw new Problem('not_acceptable');
    if (request.method === 'HEAD') return undefined; // whether the server is there, and nothing else
    const handshake = readStreamRequest(request, query);
    const { ticket } = query;
    const asked: Pick<Opening, 'handshake' | 'authenticate'> = {
      handshake,
      authenticate: (address) =>
        ticket === undefined
          ? this.clients.byToken(handshake, address)
          : this.tickets.redeem(ticket, address),
    };
    if (form === 'poll') return this.longPolls.answer(request, reply, asked, query);
    return this.eventStreams.open(request, reply, asked);
  }

  @Endpoint(routes.ticket, { unit: 'accounts' })
  async ticket({ tx, request }: Call<typeof routes.ticket>): Promise<object> {
    if (!this.rate.attempt(request.ip)) throw new Problem('too_many_attempts', { retryAfterS: 1 });
    return { ticket: await this.tickets.issue(tx), expires_in: TICKET_S };
  }
}
