'use client';

import { lazily } from '../shared/lazily';

/** Every page names this one among its scripts, so it comes when it is needed. */
const NotFound = lazily(async () => (await import('../features/sign-in/no-page')).NoPage);

export default NotFound;
