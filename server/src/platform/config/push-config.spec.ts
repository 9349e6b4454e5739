import { describe, expect, it } from '@jest/globals';
import webPush from 'web-push';
import { pushConfigOf } from './push-config.js';

describe('The keys of Web Push', () => {
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  const other = webPush.generateVAPIDKeys();

  it('are those of the installation unless the environment has a pair', () => {
    expect(pushConfigOf({}).keys).toBeUndefined();
    expect(pushConfigOf({ VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey }).keys).toEqual({
      publicKey,
      privateKey,
    });
  });

  it('are refused when one is missing or the two are no pair, without their values in the message', () => {
    const wrong = [
      [{ VAPID_PUBLIC_KEY: publicKey }, 'VAPID_PRIVATE_KEY'],
      [{ VAPID_PRIVATE_KEY: privateKey }, 'VAPID_PUBLIC_KEY'],
      [{ VAPID_PUBLIC_KEY: other.publicKey, VAPID_PRIVATE_KEY: privateKey }, 'VAPID_PUBLIC_KEY'],
      [{ VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: 'A'.repeat(43) }, 'VAPID_PUBLIC_KEY'],
    ] as const;
    for (const [variables, name] of wrong) {
      let message = '';
      try {
        pushConfigOf(variables);
      } catch (error) {
        message = error instanceof Error ? error.message : '';
      }
      expect(message).toContain(name);
      expect(message).not.toContain(privateKey);
    }
  });

  it('say where the operator is: what was given, else the public URL if it is one of https', () => {
    expect(pushConfigOf({ VAPID_SUBJECT: 'mailto:it@clinic.example' }).subject).toBe(
      'mailto:it@clinic.example',
    );
    expect(pushConfigOf({ PUBLIC_URL: 'https://clinic.example' }).subject).toBe('https://clinic.example');
    expect(pushConfigOf({ PUBLIC_URL: 'http://localhost:8000' }).subject).toMatch(/^mailto:/);
  });
});
