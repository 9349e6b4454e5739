export const en = {
  label: 'Clinic',
  placeholder: 'Choose a clinic',
  all: 'All clinics',
  nothingFound: 'No clinic has this name',
  suspended: (name: string) => `${name} (suspended)`,
};
export type TenantSelectText = typeof en;
