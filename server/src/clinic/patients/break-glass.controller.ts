import { Controller } from '@nestjs/common';
import { api, type BreakGlass } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { BreakGlassService } from './break-glass.service.js';

const routes = api.breakGlass;

@Controller()
export class BreakGlassController {
  constructor(private readonly breakGlass: BreakGlassService) {}

  @Endpoint(routes.open)
  open({ tx, id, body }: Call<typeof routes.open>): Promise<BreakGlass> {
    return this.breakGlass.open(tx, id, body);
  }

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.breakGlass.page(tx, query);
  }

  @Endpoint(routes.review)
  review({ tx, id, body }: Call<typeof routes.review>): Promise<BreakGlass> {
    return this.breakGlass.review(tx, id, body);
  }
}
