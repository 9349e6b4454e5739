import { useMutation } from '@tanstack/react-query';
import type { User } from '@wardbell/contract';
import { useRef, useState } from 'react';
import { hasCode } from '../api/failure';
import { useApi } from '../session/context';
import { ACCOUNT_FIELDS, type AccountDraft, type AccountField, toAccountDraft, toUpdateBody } from './draft';
import { useRememberUser } from './use-change-user';

/** What another administrator made of the same user, by field. */
export type Theirs = Partial<Record<AccountField, string>>;

/**
 * Saves an account against the version that the form began with. When somebody else saved meanwhile (412), what
 * only they changed is adopted, what both changed stays as entered, and the person sees it before a second save.
 */
export const useSaveUser = (
  opened: User,
  form: { readonly getValues: () => AccountDraft; readonly adopt: (draft: AccountDraft) => void },
  onSaved: (user: User) => void,
) => {
  const api = useApi();
  const remember = useRememberUser();
  const base = useRef(opened);
  const [theirs, setTheirs] = useState<Theirs | null>(null);

  const absorb = (newer: User): void => {
    const [before, after, mine] = [toAccountDraft(base.current), toAccountDraft(newer), form.getValues()];
    base.current = newer;
    const changed = ACCOUNT_FIELDS.filter((field) => before[field] !== after[field]);
    const untouched = changed.filter((field) => mine[field] === before[field]);
    form.adopt({ ...mine, ...Object.fromEntries(untouched.map((field) => [field, after[field]])) });
    setTheirs(Object.fromEntries(changed.map((field) => [field, after[field]])));
  };

  const save = useMutation({
    /** Answers null when a person has to look at what another one changed. */
    mutationFn: async (): Promise<User | null> => {
      const body = toUpdateBody(toAccountDraft(base.current), form.getValues());
      const { id, version } = base.current;
      if (Object.keys(body).length === 0) return base.current;
      try {
        return await api.call('PATCH', '/users/:id', { params: { id }, body, ifMatch: version });
      } catch (error) {
        if (!hasCode(error, 'version_mismatch')) throw error;
        absorb(await api.call('GET', '/users/:id', { params: { id } }));
        return null;
      }
    },
    onSuccess: (user) => {
      if (user === null) return;
      remember(user);
      onSaved(user);
    },
  });
  return { save, theirs };
};
