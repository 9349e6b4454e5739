import { Pin } from './pin.js';

describe('Pin', () => {
  it.each(['0000', '999999999999', '1234', '0123456789', '8901', '9876', '2109', '1212', '123123', '407407'])(
    'refuses %s, which is tried first',
    (pin) => expect(Pin.safeParse(pin).success).toBe(false),
  );
  it.each(['', '407', '4071834071831', '40a7', ' 4071', '٤٠٧١'])(
    'refuses %j, which is not 4 to 12 digits',
    (pin) => expect(Pin.safeParse(pin).success).toBe(false),
  );
  it.each(['4071', '1235', '1224', '407183', '407183926150'])('takes %s', (pin) =>
    expect(Pin.safeParse(pin).success).toBe(true),
  );
});
