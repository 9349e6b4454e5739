import { Controller } from '@nestjs/common';
import { api, type WaitingBoard } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { readWaitingBoard } from './waiting-board.js';

const routes = api.waitingBoard;

@Controller()
export class WaitingBoardController {
  @Endpoint(routes.get)
  get({ tx, principal }: Call<typeof routes.get>): Promise<WaitingBoard> {
    const hasInitials = principal.key?.scopes.has('waiting-board:initials') ?? false;
    return readWaitingBoard(tx, hasInitials ? 'initials' : 'numbers');
  }
}
