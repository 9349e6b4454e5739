/**
 * What pages of this server, and frames in them, may not ask a browser for (W3C Permissions Policy). Passkeys are for its
 * own pages; what is not named keeps the browser's default. Only features that browsers know: Chromium writes an error to the
 * console of each page for others, such as `bluetooth`.
 */
export const PERMISSIONS_POLICY = [
  ...[
    'accelerometer',
    'camera',
    'display-capture',
    'geolocation',
    'gyroscope',
    'hid',
    'magnetometer',
    'microphone',
    'midi',
    'payment',
    'serial',
    'usb',
    'xr-spatial-tracking',
  ].map((feature) => `${feature}=()`),
  'publickey-credentials-create=(self)',
  'publickey-credentials-get=(self)',
].join(', ');
