import { z } from 'zod';
import { prose, Timestamp, Uuid } from './text.js';

/** Minutes for which emergency access opens a restricted patient to one person. */
export const BREAK_GLASS_MINUTES = 60;

/** Body of `POST /patients/{id}/break-glass`. */
export const BreakGlassCreate = z.strictObject({
  reason: prose(500).refine((value) => value.trim().length >= 10, 'must have at least 10 characters'),
});
export type BreakGlassCreate = z.infer<typeof BreakGlassCreate>;

const Verdict = z.enum(['justified', 'unjustified']);

/** Body of `POST /break-glass/{id}/review`. */
export const BreakGlassReview = z.strictObject({
  verdict: Verdict,
  note: prose(2_000).nullable().optional(),
});
export type BreakGlassReview = z.infer<typeof BreakGlassReview>;

/** An emergency access to a restricted patient. The texts are empty once the patient was purged. */
export const BreakGlass = z
  .object({
    id: Uuid,
    patient_id: Uuid,
    user_id: z.string(),
    role: z.string(),
    reason: z.string(),
    created_at: Timestamp,
    expires_at: Timestamp,
    verdict: Verdict.nullable(),
    note: z.string().nullable(),
    reviewed_by: z.string().nullable(),
    reviewed_at: Timestamp.nullable(),
  })
  .meta({ id: 'BreakGlass' });
export type BreakGlass = z.infer<typeof BreakGlass>;
