/** What a tool reported, by a name that stays the same from run to run. */
export interface Finding {
  readonly name: string;
  readonly text: string;
}

/**
 * Findings that were looked at, and why each is no hole: docs/security.md tells more. A finding that is not here fails the
 * run.
 */
export const DECLARED: Readonly<Record<string, string>> = {
  'testssl cert_chain_of_trust': 'the certificate of the run is its own issuer',
  'testssl cert_trust': 'the certificate of the run names an address and not a host',
  'testssl cert_expirationStatus': 'the certificate of the run is valid for a day',
  'testssl cert_notAfter': 'the certificate of the run is valid for a day',
  'testssl cert_crlDistributionPoints': 'the certificate of the run has no issuer that could revoke it',
  'testssl cert_ocspURL': 'the certificate of the run has no issuer that could revoke it',
  'testssl cert_revocation': 'the certificate of the run has no issuer that could revoke it',
  'testssl cipher_order':
    'all six ciphers have forward secrecy and authenticate: the client takes the one that is fastest for it',
  'testssl BREACH':
    'nginx compresses the files of the console alone, which hold no secret and nothing of a request',
  'wapiti X-XSS-Protection is not set':
    'browsers have removed what it turned on; the policy of scripts does its work',
  'wapiti Strict-Transport-Security is not set':
    'the server of the run has no TLS; nginx.conf sends it (ws/nginx)',
  'testssl DNS_CAArecord': 'the server of the run has no name',
};

/** Throws with all findings that are not declared; answers the declared ones that were there. */
export function judge(findings: readonly Finding[]): readonly string[] {
  const unknown = findings.filter(({ name }) => !(name in DECLARED));
  if (unknown.length > 0) {
    const lines = unknown.map(({ name, text }) => `${name}: ${text}`);
    throw new Error(
      `${unknown.length} findings. Mend them, or say in DECLARED (test/attack-tools/judge.ts) and in docs/security.md why they are none:\n${lines.join('\n')}`,
    );
  }
  return [...new Set(findings.map(({ name }) => name))];
}
