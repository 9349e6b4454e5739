import {
  CLOSE,
  ClientMessage,
  CONTROL_DATA,
  EVENT_DATA,
  EventFrame,
  Topic,
  topicOf,
} from '@wardbell/contract';
import { type JsonSchema, Schemas } from './schemas.js';

const DESCRIPTION = `Server to client, one JSON object a text frame. \`seq\` counts a tenant's events without a hole, in
commit order. With \`since\` and \`epoch\` a client gets everything after a position, then \`resumed\`, then live
events. Text \`ping\` is answered by text \`pong\`. Fields that the receiver's role may not see are left out.`;

/** The WebSocket protocol of the contract as an AsyncAPI 3 document. */
export function buildAsyncApi(): JsonSchema {
  const schemas = new Schemas();
  const fromServer = { ...eventMessages(schemas), ...controlMessages(schemas) };
  const fromClient = clientMessages(schemas);
  const messages = { ...fromServer, ...fromClient };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Wardbell socket',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0' },
    },
    servers: {
      here: {
        host: 'localhost:8000',
        protocol: 'ws',
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: {
      all: channel('/ws', 'All topics that the role may see', messages),
      topic: {
        ...channel('/ws/{topic}', 'One topic', messages),
        parameters: {
          topic: { enum: Topic.options, description: '`gateways` is for admins, `system` for super admins' },
        },
      },
    },
    operations: {
      receive: { action: 'send', summary: 'What the server sends', ...operation(fromServer) },
      say: { action: 'receive', summary: 'What a client may say', ...operation(fromClient) },
    },
    components: {
      messages,
      schemas: schemas.components,
      securitySchemes: {
        token: {
          type: 'httpApiKey',
          name: 'token',
          in: 'query',
          description: 'Or `Authorization: Bearer`, or the subprotocols `wardbell.v1, bearer.<jwt>`',
        },
      },
    },
    'x-close-codes': Object.values(CLOSE),
  };
}

const channel = (address: string, title: string, messages: Record<string, JsonSchema>): JsonSchema => ({
  address,
  title,
  messages: Object.fromEntries(
    Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
  ),
  bindings: { ws: { method: 'GET', query: QUERY } },
});

const operation = (messages: Record<string, JsonSchema>) => ({
  channel: { $ref: '#/channels/all' },
  messages: Object.keys(messages).map((name) => ({ $ref: `#/channels/all/messages/${name}` })),
});

const QUERY: JsonSchema = {
  type: 'object',
  properties: {
    token: { type: 'string' },
    types: { type: 'string', description: 'Event types, separated by commas' },
    since: { type: 'integer', minimum: 0, description: 'The position to resume after' },
    epoch: { type: 'string', description: 'The history that `since` counts in' },
    resume: { const: 'inband', description: 'The position comes in a `resume` message within 10 s' },
    previous: {
      type: 'string',
      format: 'uuid',
      description: 'The `connection_id` that this client had before: at a limit it takes over that slot',
    },
  },
};

const frameOf = (type: string, data: JsonSchema, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties: { type: { const: type }, ...more, data },
  required: ['type', 'data'],
});

function eventMessages(schemas: Schemas): Record<string, JsonSchema> {
  const {
    type: _,
    data: __,
    ...envelope
  } = Object.fromEntries(
    Object.entries(EventFrame.shape).map(([name, schema]) => [name, schemas.output(schema)]),
  );
  const messages: Record<string, JsonSchema> = {
    application_event: {
      title: "An application's own event",
      summary: 'topic events',
      payload: schemas.output(EventFrame),
    },
  };
  for (const [type, data] of Object.entries(EVENT_DATA)) {
    const payload = frameOf(type, schemas.output(data), envelope);
    payload['required'] = ['type', ...Object.keys(envelope), 'data'];
    messages[type] = { summary: `topic ${topicOf(type)}`, payload };
  }
  return messages;
}

const controlMessages = (schemas: Schemas): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(CONTROL_DATA).map(([type, data]) => [
      // an event of the log has the same name
      type in EVENT_DATA ? `system_${type}` : type,
      { payload: frameOf(type, schemas.output(data), { message: { type: 'string' } }) },
    ]),
  );

function clientMessages(schemas: Schemas): Record<string, JsonSchema> {
  const messages: Record<string, JsonSchema> = {};
  for (const option of ClientMessage.options) {
    const [type] = option.shape.type.values;
    messages[`client_${type}`] = { payload: schemas.input(option) };
  }
  return messages;
}
