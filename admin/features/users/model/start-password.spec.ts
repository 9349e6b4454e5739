import { Password } from '@wardbell/contract/user';
import { makeStartPassword } from './start-password';

describe('makeStartPassword', () => {
  it('makes passwords that the contract takes, each another one', () => {
    const made = new Set(Array.from({ length: 200 }, makeStartPassword));
    expect(made.size).toBe(200);
    for (const password of made) {
      expect(password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
      expect(Password.safeParse(password).success).toBe(true);
    }
  });
});
