import { createHmac, randomBytes } from 'node:crypto';
import { WEBHOOK_SECRET_PREFIX } from '@wardbell/contract';

/** 256 bits; Standard Webhooks wants 192 to 512. */
const SECRET_BYTES = 32;

export const makeSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** A secret as its owner gets it. */
export const secretText = (secret: Buffer): string => WEBHOOK_SECRET_PREFIX + secret.toString('base64');

/**
 * Headers of a message by Standard Webhooks 1.0: one signature for each valid secret.
 * @param timestampS of this attempt, in seconds since 1970
 */
export const signedHeaders = (
  id: string,
  timestampS: number,
  body: Buffer,
  secrets: readonly Buffer[],
): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestampS),
  'webhook-signature': secrets
    .map((secret) => {
      const hmac = createHmac('sha256', secret).update(`${id}.${timestampS}.`).update(body);
      return `v1,${hmac.digest('base64')}`;
    })
    .join(' '),
});
