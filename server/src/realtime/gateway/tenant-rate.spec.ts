import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../platform/config/config.js';
import type { Admitted } from '../connections/admission.js';
import { TenantRate, TenantRates } from './tenant-rate.js';

const config = loadConfig({
  JWT_SECRET: 'unused here, and long enough to be taken',
  SUPER_ADMIN_PASSWORD: 'unused here too',
  MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '60',
});
const admitted = (maxConnections: number, maxMessagesPerMinute: number | null = null): Admitted => ({
  verdict: 'ok',
  head: 0,
  maxConnections,
  maxMessagesPerMinute,
  snapshot: '1:1:',
});
const attempts = (rates: TenantRates, tenant: string, tries: number): number =>
  Array.from({ length: tries }, () => rates.attempt(tenant)).filter(Boolean).length;

describe('the rate of a tenant', () => {
  it('lets all of its sockets come back twice in a minute, at once', () => {
    const rates = new TenantRates(config);
    const tenant = randomUUID();
    rates.rateFor(tenant, admitted(1_000));
    const passed = attempts(rates, tenant, 3_000);
    expect(passed).toBeGreaterThanOrEqual(2_000);
    expect(passed).toBeLessThan(2_100); // the bucket fills while it is emptied
  });

  it('lets a small tenant try as often as ten addresses may', () => {
    const rates = new TenantRates(config);
    const tenant = randomUUID();
    rates.rateFor(tenant, admitted(0));
    expect(attempts(rates, tenant, 1_000)).toBeGreaterThanOrEqual(600);
    expect(attempts(rates, tenant, 1_000)).toBeLessThan(50);
  });

  it('holds back neither who is not known yet, nor super admins, nor another tenant', () => {
    const rates = new TenantRates(config);
    const tenant = randomUUID();
    expect(attempts(rates, tenant, 5_000)).toBe(5_000);
    rates.rateFor(tenant, admitted(1));
    attempts(rates, tenant, 5_000);
    expect(rates.attempt(tenant)).toBe(false);
    expect(rates.attempt(randomUUID())).toBe(true);
    expect(rates.attempt(null)).toBe(true);
  });

  it('takes new limits at once and keeps what was used while they stay', () => {
    const rates = new TenantRates(config);
    const tenant = randomUUID();
    const first = rates.rateFor(tenant, admitted(5, 60));
    expect(rates.rateFor(tenant, admitted(5, 60))).toBe(first);
    expect(rates.rateFor(tenant, admitted(6, 60))).not.toBe(first);
  });

  it('makes messages dear for those who send most, once ten sockets used theirs in full', () => {
    const rate = new TenantRate(3, 120, 600, 0);
    for (let sent = 0; sent < 1_200; sent++) expect(rate.messageCost(0)).toBe(1);
    expect(rate.messageCost(0)).toBe(10);
    expect(rate.messageCost(1_000)).toBe(1);
  });

  it('lets half of the sockets of a large tenant use their rate in full', () => {
    const rate = new TenantRate(1_000, 60, 600, 0);
    for (let sent = 0; sent < 500 * 60; sent++) expect(rate.messageCost(0)).toBe(1);
    expect(rate.messageCost(0)).toBe(10);
  });
});
