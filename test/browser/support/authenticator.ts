import { generateSync } from 'otplib';
import type { Page } from 'playwright-core';

const STEP_S = 30;

/**
 * A code of a TOTP secret. Each works once, so one that follows another is of a later step, which the server takes early
 * by at most one.
 */
export const codeOf = (secret: string, stepsAhead = 0): string =>
  generateSync({
    secret: secret.replace(/\s/g, ''),
    epoch: Math.floor(Date.now() / 1_000) + stepsAhead * STEP_S,
  });

/** A device with a fingerprint reader that always says yes, which holds passkeys of this page's browser profile. */
export async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
