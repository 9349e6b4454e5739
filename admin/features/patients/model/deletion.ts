import type { Patient } from '@wardbell/contract';
import type { Api } from '../../../shared/api/api';
import { hidePatient, showPatient } from './hidden';

/** How long a deletion can be taken back, in milliseconds. */
export const UNDO_MS = 8_000;

export interface Deletion {
  /** Takes it back while there is time. */
  undo(): void;
  /** Resolves when the server has deleted it or it was taken back; rejects with the failure, the patient shown again. */
  readonly done: Promise<'deleted' | 'undone'>;
}

/**
 * Deletes a patient after a while in which it can be taken back. Nobody else sees anything before, so an undo
 * undoes it for all. A page that is left meanwhile deletes at once: it was told to.
 */
export const deletePatient = (api: Api, { id, version }: Pick<Patient, 'id' | 'version'>): Deletion => {
  hidePatient(id);
  let settle: ((what: 'now' | 'undone') => void) | undefined;
  const waited = new Promise<'now' | 'undone'>((resolve) => {
    settle = resolve;
  });
  const now = () => settle?.('now');
  const timer = setTimeout(now, UNDO_MS);
  window.addEventListener('pagehide', now);

  const finish = async (): Promise<'deleted' | 'undone'> => {
    const what = await waited;
    clearTimeout(timer);
    window.removeEventListener('pagehide', now);
    try {
      if (what === 'undone') return 'undone';
      await api.call('DELETE', '/patients/:id', { params: { id }, ifMatch: version, keepalive: true });
      return 'deleted';
    } finally {
      // Of one that is deleted the stream has told, or will: showing it again shows nothing.
      showPatient(id);
    }
  };
  return { undo: () => settle?.('undone'), done: finish() };
};
