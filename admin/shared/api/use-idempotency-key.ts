import { useRef } from 'react';
import { randomId } from './random-id';

/** One key for each thing that is to be sent: a repeat of the same is the same, after a change it is another. */
export const useIdempotencyKey = (): ((body: unknown) => string) => {
  const last = useRef({ body: '', key: '' });
  return (body) => {
    const written = JSON.stringify(body);
    if (last.current.body !== written) last.current = { body: written, key: randomId() };
    return last.current.key;
  };
};
