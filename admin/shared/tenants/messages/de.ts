import type { TenantSelectText } from './en';

export const de: TenantSelectText = {
  label: 'Praxis',
  placeholder: 'Praxis wählen',
  all: 'Alle Praxen',
  nothingFound: 'Keine Praxis mit diesem Namen',
  suspended: (name) => `${name} (gesperrt)`,
};
