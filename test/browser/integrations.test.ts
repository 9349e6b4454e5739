import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { api, KEY_PREFIX, WebhookCreated } from '@wardbell/contract';
import { call } from '../support/http.js';
import { describeWith } from '../support/programs.js';
import { createTenant, must, type TestTenant } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { type Delivery, type Receiver, startReceiver, verdicts } from '../support/webhook-receiver.js';
import { violationsOf } from './support/axe.js';
import { server, signedIn } from './support/bench.js';
import { overflowOf } from './support/narrow.js';
import { uniqueName } from './support/patients.js';

const shell = (line: string) => promisify(execFile)('sh', ['-c', line]);

let clinic: TestTenant;
let receiver: Receiver;

beforeAll(async () => {
  [clinic, receiver] = await Promise.all([createTenant(server), startReceiver()]);
});
afterAll(() => receiver.close());

const open = async (query = '', options: Parameters<typeof signedIn>[1] = {}) => {
  const person = await signedIn(clinic.admin, options);
  await person.page.goto(`${server.url}/integrations/${query}`);
  await person.page.getByRole('tablist').waitFor();
  return person;
};

const asAdmin = (method: string, path: string, body?: object) =>
  call(server.url, method, path, { token: clinic.admin.token, body });

/** Publishes an event of a type of its own; answers its number. */
const publish = async (type: string, data: object = {}): Promise<number> => {
  const answer = await must(api.events.publish.answer, server, 'POST', '/events', {
    token: clinic.admin.token,
    body: { type, data },
  });
  return 'seq' in answer ? answer.seq : 0;
};

/** A webhook to the receiver that gets the events of one type. */
const addWebhook = (type: string): Promise<WebhookCreated> =>
  must(WebhookCreated, server, 'POST', '/webhooks', {
    token: clinic.admin.token,
    body: { url: `${receiver.url}/${type}`, payload: 'clinician', types: [type] },
  });

const deliveriesTo = (type: string): Delivery[] =>
  receiver.deliveries.filter(({ path }) => path.endsWith(`/${type}`));

describeWith('curl', 'an integration key', () => {
  it('is shown once with a command that publishes an event, and is refused once it is revoked', async () => {
    const person = await open();
    const { page } = person;
    const name = uniqueName('Feed');
    await page.keyboard.press('n');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByText('Choose at least one scope').waitFor();
    await page.getByLabel('Name').fill(name);
    await page.getByRole('checkbox', { name: 'Publish events' }).check();
    await page.getByRole('checkbox', { name: 'Follow events' }).check();
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByText('Choose what the key sees').waitFor();
    await page.getByRole('radio', { name: 'Ids only' }).check();
    await page.getByRole('button', { name: 'Create key' }).click();

    const key = await page.getByRole('status', { name: 'Key', exact: true }).innerText();
    expect(key.startsWith(KEY_PREFIX)).toBe(true);
    expect(await violationsOf(page)).toEqual([]);
    const line = await page.locator('pre').filter({ hasText: '/events' }).innerText();
    const { stdout } = await shell(line);
    const published: unknown = JSON.parse(stdout);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name }).waitFor();
    expect(await page.content()).not.toContain(key);

    const log = await must(api.events.list.answer, server, 'GET', '/events', { token: clinic.admin.token });
    expect(log.data).toContainEqual(expect.objectContaining(published));
    await person
      .row(name)
      .getByText('Publish events, Follow events')
      .filter({ visible: true })
      .first()
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'Revoke' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('its open connections are closed').waitFor();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await person.row(name).waitFor({ state: 'detached' });
    await eventually(async () => {
      const body = { type: 'hello', data: {} };
      return (await call(server.url, 'POST', '/events', { token: key, body })).status === 401;
    });
    await page.waitForURL((url) => !url.searchParams.has('id'));
    expect(person.complaints).toEqual([]);
    await person.close();
  });
});

describe('a webhook', () => {
  it('is added with a secret that is shown once, receives signed events, and is tested', async () => {
    const type = uniqueName('added');
    const url = `${receiver.url}/${type}`;
    const person = await open('?tab=webhooks');
    const { page } = person;
    await page.getByRole('button', { name: 'New webhook' }).first().click();
    await page.getByLabel('Address').fill('ftp://hooks.example.org');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('Enter an address like').waitFor();
    await page.getByLabel('Address').fill(url);
    await page.getByRole('textbox', { name: 'Event types' }).fill(`${type}, another_type`);
    await page.getByRole('button', { name: 'Add webhook' }).click();
    const secret = await page.getByRole('status', { name: 'Secret' }).innerText();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: url }).waitFor();
    expect(await page.content()).not.toContain(secret);

    const seq = await publish(type);
    const panel = page.getByRole('complementary', { name: 'Webhook' });
    await panel.getByText(`${type}, event ${seq}`).waitFor();
    await panel.getByText('Delivered (204)').filter({ visible: true }).first().waitFor();
    const [delivery] = deliveriesTo(type);
    expect(delivery && verdicts(delivery, secret)).toEqual([true, true]);

    receiver.reply(({ path }) => ({ status: path.endsWith(type) ? 500 : 204 }));
    await panel.getByRole('button', { name: 'Send test' }).click();
    await panel.getByText('The test failed').waitFor();
    await panel.getByRole('status').getByText('Answered 500').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    receiver.reply(() => ({ status: 204 }));
    await panel.getByRole('button', { name: 'Send test' }).click();
    await panel.getByText('The test was delivered').waitFor();

    await panel.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('dialog').getByText('for 24 hours').waitFor();
    await page.getByRole('button', { name: 'Create new secret' }).click();
    const next = await page.getByRole('status', { name: 'Secret' }).innerText();
    await page.getByRole('button', { name: 'Done' }).click();
    expect(next).not.toBe(secret);
    const before = deliveriesTo(type).length;
    await publish(type);
    await eventually(() => deliveriesTo(type).length > before);
    const signed = deliveriesTo(type).at(-1);
    expect(signed && [verdicts(signed, secret), verdicts(signed, next)].flat()).toEqual(Array(4).fill(true));
    expect(person.complaints).toEqual([]);
    await person.close();
  });

  it('that fails says since when, continues after its last event when enabled, and is deleted', async () => {
    const type = uniqueName('failing');
    const webhook = await addWebhook(type);
    receiver.reply(({ path }) =>
      path.endsWith(type) ? { status: 503, headers: { 'retry-after': '3600' } } : { status: 204 },
    );
    await publish(type);
    const person = await open(`?tab=webhooks&id=${webhook.id}`);
    const { page } = person;
    const panel = page.getByRole('complementary', { name: 'Webhook' });
    await person.row(type).getByText('Failing since').filter({ visible: true }).first().waitFor();
    await panel.getByText('after 1 failed attempt', { exact: true }).waitFor();
    await panel.getByText('Answered 503').waitFor();

    await panel.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByText('The position is kept').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await person.row(type).getByText('Disabled').filter({ visible: true }).first().waitFor();
    await panel.getByText('By an administrator.').waitFor();
    receiver.reply(() => ({ status: 204 }));
    await publish(type);
    const before = deliveriesTo(type).length;
    await panel.getByRole('button', { name: 'Enable' }).click();
    await eventually(() => deliveriesTo(type).length === before + 2);
    await person.row(type).getByText('Up to date').filter({ visible: true }).first().waitFor();

    await panel.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await person.row(type).waitFor({ state: 'detached' });
    expect((await asAdmin('GET', `/webhooks/${webhook.id}`)).status).toBe(404);
    await person.close();
  });

  it('is rewound after the number of repeated events was shown, and edited beside a colleague', async () => {
    const type = uniqueName('rewound');
    const webhook = await addWebhook(type);
    const seq = await publish(type);
    await eventually(() => deliveriesTo(type).length === 1);
    const person = await open(`?tab=webhooks&id=${webhook.id}`);
    const { page } = person;
    await person.row(type).getByText('Up to date').filter({ visible: true }).first().waitFor();
    await page.getByRole('button', { name: 'Rewind' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('First event').fill('0');
    await dialog.getByRole('button', { name: 'Rewind' }).click();
    await dialog.getByText('Enter a number from 1 to').waitFor();
    await dialog.getByLabel('First event').fill(String(seq));
    await dialog.getByText('1 event that the endpoint has already received is sent again').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Rewind' }).click();
    await eventually(() => deliveriesTo(type).length === 2);
    const [first, second] = deliveriesTo(type);
    expect(second?.id).toBe(first?.id);

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Description').fill('Written here');
    expect((await asAdmin('PATCH', `/webhooks/${webhook.id}`, { payload: 'ids' })).status).toBe(200);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { body } = await asAdmin('GET', `/webhooks/${webhook.id}`);
    expect(body).toMatchObject({ payload: 'ids', description: 'Written here' });
    await person.close();
  });
});

describe('a dead letter', () => {
  it('of a webhook is retried, and the refusal after a change of the view is explained', async () => {
    const type = uniqueName('dead');
    const webhook = await addWebhook(type);
    receiver.reply(({ path }) =>
      path.endsWith(type) ? { status: 503, headers: { 'retry-after': '0' } } : { status: 204 },
    );
    const note = uniqueName('content');
    await publish(type, { note });
    const person = await open('?tab=deadLetters');
    const { page } = person;
    await person.row(type).getByText('Answered 503').filter({ visible: true }).first().waitFor();
    await person.row(type).click();
    const panel = page.getByRole('complementary', { name: 'Dead letter' });
    await panel.getByText(note).waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await asAdmin('PATCH', `/webhooks/${webhook.id}`, { payload: 'ids' });
    await panel.getByRole('button', { name: 'Retry' }).click();
    await panel.getByRole('alert').getByText('Rewind the webhook to this event instead').waitFor();
    await asAdmin('PATCH', `/webhooks/${webhook.id}`, { payload: 'clinician' });
    receiver.reply(() => ({ status: 204 }));
    const before = deliveriesTo(type).length;
    await panel.getByRole('button', { name: 'Retry' }).click();
    await panel.getByRole('heading', { name: 'No longer a dead letter' }).waitFor();
    expect(deliveriesTo(type).length).toBeGreaterThan(before);
    expect(page.url()).not.toContain(note);
    expect(server.output()).not.toContain(note);
    // the browser itself reports the refused retry
    expect(person.complaints.filter((text) => !text.includes('409'))).toEqual([]);
    await person.close();
  });

  it('of a broker is published with all others once the schema of its type permits it', async () => {
    const type = uniqueName('lab');
    const schema = { type: 'object', required: ['order'] };
    expect((await asAdmin('PUT', `/event-types/${type}`, { schema })).status).toBe(200);
    const event = {
      specversion: '1.0',
      id: type,
      source: 'lab',
      type,
      data: { tenant_id: clinic.id, kind: type },
    };
    const response = await fetch(`${server.url}/dapr/events/0`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
    });
    expect(await response.json()).toEqual({ status: 'DROP' });

    const person = await open('?tab=deadLetters');
    const { page } = person;
    const letter = person.row('Its data breaks the schema of its type');
    await letter.click();
    const panel = page.getByRole('complementary', { name: 'Dead letter' });
    await panel.getByRole('button', { name: 'Retry' }).click();
    await panel.getByRole('alert').getByText('This event still cannot be published').waitFor();
    expect((await asAdmin('DELETE', `/event-types/${type}`)).status).toBe(204);
    await page.getByRole('button', { name: 'Retry all' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry all' }).click();
    await letter.waitFor({ state: 'detached' });
    const log = await must(api.events.list.answer, server, 'GET', `/events?type=${type}`, {
      token: clinic.admin.token,
    });
    expect(log.data).toHaveLength(1);
    await person.close();
  });
});

describe('an event type', () => {
  it('is described with a schema, which data must then meet', async () => {
    const type = uniqueName('task');
    const person = await open('?tab=eventTypes');
    const { page } = person;
    await page.getByRole('button', { name: 'New event type' }).first().click();
    await page.getByRole('textbox', { name: 'Type', exact: true }).fill('patient_created');
    await page.getByLabel('JSON Schema').fill('{');
    await page.getByRole('button', { name: 'Save event type' }).click();
    await page.getByText('This is not JSON').waitFor();
    await page.getByLabel('JSON Schema').fill('{"type": "object", "required": ["order"]}');
    await page.getByRole('button', { name: 'Save event type' }).click();
    await page.getByText('This name is reserved').waitFor();
    await page.getByRole('textbox', { name: 'Type', exact: true }).fill(type);
    await page.getByRole('button', { name: 'Save event type' }).click();
    await page.getByRole('heading', { name: type }).waitFor();
    await person.row(type).getByText('Checked by schema').filter({ visible: true }).first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    expect((await asAdmin('POST', '/events', { type, data: {} })).status).toBe(422);

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await person.row(type).waitFor({ state: 'detached' });
    expect((await asAdmin('POST', '/events', { type, data: {} })).status).toBe(201);
    await person.close();
  });
});

describe('the room', () => {
  it('is reached and used by keys alone, in German and on a narrow window, without a violation', async () => {
    const name = uniqueName('Druckdienst');
    expect((await asAdmin('POST', '/integration-keys', { name, scopes: ['patients:write'] })).status).toBe(
      201,
    );
    const person = await signedIn(clinic.admin, { viewport: { width: 360, height: 740 } });
    const { page } = person;
    await page.evaluate(() => localStorage.setItem('wardbell.language', 'de'));
    await page.reload();
    await page.getByRole('heading', { name: 'Patienten', exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Bereich oder Aktion suchen' }).fill('schnittst');
    await page.getByRole('option', { name: 'Schnittstellen', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await person.row(name).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByText('Die API-Referenz beschreibt').waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.getByRole('tab', { name: 'Schlüssel' }).focus();
    for (const next of ['Webhooks', 'Unzustellbar', 'Ereignistypen']) {
      await page.keyboard.press('ArrowRight');
      await page.getByRole('tab', { name: next, selected: true }).waitFor();
      expect(await overflowOf(page)).toBe(0);
    }
    expect(page.url()).toContain('tab=eventTypes');
    expect(person.complaints).toEqual([]);
    await person.close();
  });
});
