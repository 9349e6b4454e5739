import { hideToast } from '../../shared/components/toast';

/** The toast that says how many have come, in place of one for each. */
export const JOINED = 'joined-notifications';

/** What it tells of is in sight now. */
export const hideJoined = (): void => hideToast(JOINED);
