import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';

/** The newest row of a chain at a time, signed. Anchors have it as a line of JSON. */
export const SignedHead = z.object({
  /** The tenant; the nil UUID for the installation. */
  scope: z.guid(),
  seq: z.int().positive(),
  /** SHA-256 of the row, base64url. */
  hash: z.string().regex(/^[\w-]{43}$/),
  /** When it was signed, in UTC with milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  key_id: z.string().regex(/^[\w-]{43}$/),
  /** Ed25519 over `scope.seq.hash.at`, base64url. */
  signature: z.string().regex(/^[\w-]{86}$/),
});
export type SignedHead = z.output<typeof SignedHead>;

/** What is signed of a head. */
export type Head = Pick<SignedHead, 'scope' | 'seq' | 'hash' | 'at'>;

/** A private key and its name. */
export interface SigningKey {
  /** JWK thumbprint (RFC 7638) of the public key. */
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Begins what is signed of the beginning of a chain, so that no head can be passed off as one. */
const BEGINNING = 'beginning.';

const textOf = ({ scope, seq, hash, at }: Head, prefix: string): Buffer =>
  Buffer.from(`${prefix}${scope}.${seq}.${hash}.${at}`, 'ascii');

const signText = (head: Head, prefix: string, key: SigningKey): SignedHead => ({
  scope: head.scope,
  seq: head.seq,
  hash: head.hash,
  at: head.at,
  key_id: key.id,
  signature: sign(null, textOf(head, prefix), key.privateKey).toString('base64url'),
});

const isValid = (head: SignedHead, prefix: string, publicKey: KeyObject): boolean =>
  verify(null, textOf(head, prefix), publicKey, Buffer.from(head.signature, 'base64url'));

export const signHead = (head: Head, key: SigningKey): SignedHead => signText(head, '', key);

/** Whether the signature of a head is that of the key. 0.1 ms. */
export const isHeadSigned = (head: SignedHead, publicKey: KeyObject): boolean => isValid(head, '', publicKey);

/** Signs where a chain begins after its older months were dropped. */
export const signBeginning = (head: Head, key: SigningKey): SignedHead => signText(head, BEGINNING, key);

export const isBeginningSigned = (head: SignedHead, publicKey: KeyObject): boolean =>
  isValid(head, BEGINNING, publicKey);

/** A row of `wardbell.audit_head` or `wardbell.audit_anchor` as its line: columns for a SELECT. */
export const headColumns = (table: string): string => `
  ${table}.scope::text, ${table}.seq::int8::text AS seq,
  translate(encode(${table}.hash, 'base64'), '+/=', '-_') AS hash,
  to_char(${table}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
  ${table}.key_id, translate(encode(${table}.signature, 'base64'), E'+/=\\n', '-_') AS signature`;
