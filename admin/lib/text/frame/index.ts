import { de } from './de';
import { en } from './en';

/** The words of what stands around the rooms and comes when it is wanted: lock, palette, help. */
export const FRAME = { en, de };
export type { FrameText } from './en';
