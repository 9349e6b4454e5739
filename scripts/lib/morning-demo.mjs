import { DEMO_CLINICS } from '../../server/dist/demo/clinics.js';

/*
 * Imported before the server by `npm run screenshots`: it is ten in the morning in the first demo clinic, so that its
 * pictures show a clinic that is open, whenever they are taken.
 */

const HOUR = '10';
const hourIn = (timeZone) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format();

const [clinic] = DEMO_CLINICS;
const timeZone = Intl.supportedValuesOf('timeZone').find((name) => hourIn(name) === HOUR);
if (timeZone === undefined) throw new Error(`It is ${HOUR} o'clock in no time zone`);
clinic.timeZone = timeZone;
