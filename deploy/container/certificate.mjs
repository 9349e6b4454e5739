import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const DAY_MS = 86_400_000;
/** The longest life that Apple's systems accept of a server's certificate. */
const LIFE_DAYS = 825;
const RENEW_DAYS = 30;
/** By this name a certificate of ours is known; any other one is never touched. */
const SUBJECT = 'CN=Wardbell self-signed';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** The host of `publicUrl`, and the names of this machine. */
function hostsOf(publicUrl) {
  const host = publicUrl ? new URL(publicUrl).hostname.replace(/^\[|\]$/g, '') : 'localhost';
  return [...new Set([host, 'localhost', '127.0.0.1', '::1'])];
}

/** Is the file there another's, or ours, for these hosts, and valid for a while? */
function isGood(file, hosts) {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('BEGIN CERTIFICATE')) return false;
  const certificate = new x509.X509Certificate(text);
  if (certificate.subject !== SUBJECT) return true;
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return (
    certificate.notAfter.getTime() > Date.now() + RENEW_DAYS * DAY_MS &&
    hosts.every((host) => names.some(({ value }) => spelling(value) === spelling(host)))
  );
}

/** One for each host: an IPv6 address has several. */
const spelling = (host) => (isIP(host) === 6 ? new URL(`http://[${host}]`).hostname : host);

/**
 * Puts a self-signed certificate (ECDSA P-256, 825 days) and its key into a folder, as `fullchain.pem` and `privkey.pem`,
 * unless there is one. Its own is made anew 30 days before its end, and when `publicUrl` names another host; one that
 * somebody else has put there is never touched.
 * @returns whether it wrote
 * @throws if one of the two files is there without the other
 */
export async function provideCertificate(folder, publicUrl) {
  const [chainFile, keyFile] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')];
  const there = [chainFile, keyFile].filter((file) => existsSync(file));
  if (there.length === 1) throw new Error(`${there[0]} is there without the other of certificate and key`);
  const hosts = hostsOf(publicUrl);
  if (there.length === 2 && isGood(chainFile, hosts)) return false;

  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(16).toString('hex')}`,
    name: SUBJECT,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + (LIFE_DAYS - 1) * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  replace(keyFile, x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag));
  replace(chainFile, certificate.toString('pem'));
  return true;
}

/** Readable for nginx, which runs as another user; the mounts of the folder say who sees it. */
function replace(file, text) {
  writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o444 });
  renameSync(`${file}.new`, file);
}
