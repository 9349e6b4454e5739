import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../api/endpoint/call.js';
import { Endpoint } from '../api/endpoint/endpoint.js';
import { Acknowledgements } from './acknowledgements.js';
import { InboxService } from './inbox.service.js';
import { PreferencesService } from './preferences.service.js';

const routes = api.notifications;

/** What each person does with the own inbox. */
@Controller()
export class InboxController {
  constructor(
    private readonly inbox: InboxService,
    private readonly acknowledgements: Acknowledgements,
    private readonly preferences: PreferencesService,
  ) {}

  @Endpoint(routes.inbox)
  page({ tx, query }: Call<typeof routes.inbox>): Promise<object> {
    return this.inbox.page(tx, query);
  }

  @Endpoint(routes.readAll)
  readAll({ tx, body }: Call<typeof routes.readAll>): Promise<void> {
    return this.inbox.markAll(tx, 'read', body.up_to_seq);
  }

  @Endpoint(routes.seenAll)
  seenAll({ tx, body }: Call<typeof routes.seenAll>): Promise<void> {
    return this.inbox.markAll(tx, 'seen', body.up_to_seq);
  }

  @Endpoint(routes.seen)
  seen({ tx, id }: Call<typeof routes.seen>): Promise<void> {
    return this.inbox.mark(tx, id, 'seen');
  }

  @Endpoint(routes.read)
  read({ tx, id }: Call<typeof routes.read>): Promise<void> {
    return this.inbox.mark(tx, id, 'read');
  }

  @Endpoint(routes.unread)
  unread({ tx, id }: Call<typeof routes.unread>): Promise<void> {
    return this.inbox.mark(tx, id, 'unread');
  }

  @Endpoint(routes.archive)
  archive({ tx, id }: Call<typeof routes.archive>): Promise<void> {
    return this.inbox.mark(tx, id, 'archived');
  }

  @Endpoint(routes.unarchive)
  unarchive({ tx, id }: Call<typeof routes.unarchive>): Promise<void> {
    return this.inbox.mark(tx, id, 'unarchived');
  }

  @Endpoint(routes.snooze)
  snooze({ tx, id, body }: Call<typeof routes.snooze>): Promise<void> {
    return this.inbox.snooze(tx, id, body.until === null ? null : new Date(body.until));
  }

  @Endpoint(routes.acknowledge)
  acknowledge({ tx, id, body }: Call<typeof routes.acknowledge>): Promise<void> {
    return this.acknowledgements.acknowledge(tx, id, body);
  }

  @Endpoint(routes.resolve)
  resolve({ tx, id, body }: Call<typeof routes.resolve>): Promise<void> {
    return this.acknowledgements.resolve(tx, id, body.note);
  }

  @Endpoint(routes.preferences)
  getPreferences({ tx }: Call<typeof routes.preferences>): Promise<object> {
    return this.preferences.get(tx);
  }

  @Endpoint(routes.setPreferences)
  setPreferences({ tx, body }: Call<typeof routes.setPreferences>): Promise<object> {
    return this.preferences.set(tx, body);
  }
}
