import type { TenantRole } from '@wardbell/contract';

/** A fictitious clinic. Addresses under `.test` cannot receive mail (RFC 6761). */
export interface DemoClinic {
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  /** Locale of the patients' names. */
  readonly locale: 'en_US' | 'de' | 'fr';
  /** Seed of its random numbers. */
  readonly seed: number;
  readonly people: readonly { readonly user: string; readonly name: string; readonly role: TenantRole }[];
  readonly practitioners: readonly { readonly name: string; readonly room: string }[];
  readonly visits: readonly {
    readonly type: string;
    readonly minutes: number;
    readonly reasons: readonly string[];
  }[];
}

export const DEMO_CLINICS: readonly DemoClinic[] = [
  {
    slug: 'riverside',
    name: 'Riverside Family Practice',
    timeZone: 'America/Chicago',
    locale: 'en_US',
    seed: 1847,
    people: [
      { user: 'admin', name: 'Margaret Sloan', role: 'tenant_admin' },
      { user: 'doctor', name: 'Dr. Alan Whitfield', role: 'clinician' },
      { user: 'nurse', name: 'Teresa Quintero', role: 'clinician' },
      { user: 'desk', name: 'Brandon Ellis', role: 'front_desk' },
    ],
    practitioners: [
      { name: 'Dr. Alan Whitfield', room: 'Exam 1' },
      { name: 'Dr. Priya Raman', room: 'Exam 2' },
      { name: 'Teresa Quintero, NP', room: 'Exam 3' },
    ],
    visits: [
      { type: 'Annual physical', minutes: 45, reasons: ['Yearly check-up', 'New patient'] },
      { type: 'Follow-up', minutes: 20, reasons: ['Blood pressure', 'Results of the lab', 'Asthma plan'] },
      {
        type: 'Acute visit',
        minutes: 20,
        reasons: ['Sore throat', 'Back pain', 'Rash', 'Cough for ten days'],
      },
      { type: 'Vaccination', minutes: 15, reasons: ['Influenza', 'Tetanus booster'] },
    ],
  },
  {
    slug: 'lindenhof',
    name: 'Praxis am Lindenhof',
    timeZone: 'Europe/Berlin',
    locale: 'de',
    seed: 2903,
    people: [
      { user: 'leitung', name: 'Sabine Krüger', role: 'tenant_admin' },
      { user: 'arzt', name: 'Dr. Jonas Albrecht', role: 'clinician' },
      { user: 'pflege', name: 'Mehmet Aydın', role: 'clinician' },
      { user: 'empfang', name: 'Katrin Vogel', role: 'front_desk' },
    ],
    practitioners: [
      { name: 'Dr. Jonas Albrecht', room: 'Zimmer 1' },
      { name: 'Dr. Hannah Seidel', room: 'Zimmer 2' },
      { name: 'Mehmet Aydın', room: 'Labor' },
    ],
    visits: [
      { type: 'Vorsorge', minutes: 30, reasons: ['Check-up', 'Hautkrebsvorsorge'] },
      { type: 'Kontrolle', minutes: 15, reasons: ['Blutdruck', 'Befundbesprechung', 'Diabetes'] },
      { type: 'Akutsprechstunde', minutes: 15, reasons: ['Fieber', 'Rückenschmerzen', 'Husten'] },
      { type: 'Labor', minutes: 10, reasons: ['Blutabnahme', 'Schilddrüsenwerte'] },
    ],
  },
  {
    slug: 'saint-roch',
    name: 'Centre de santé Saint-Roch',
    timeZone: 'Europe/Paris',
    locale: 'fr',
    seed: 3571,
    people: [
      { user: 'direction', name: 'Claire Fontaine', role: 'tenant_admin' },
      { user: 'medecin', name: 'Dr Karim Benali', role: 'clinician' },
      { user: 'accueil', name: 'Élodie Marchand', role: 'front_desk' },
    ],
    practitioners: [
      { name: 'Dr Karim Benali', room: 'Cabinet 1' },
      { name: 'Dr Agnès Roux', room: 'Cabinet 2' },
      { name: 'Luc Perrin, kinésithérapeute', room: 'Salle de kiné' },
    ],
    visits: [
      { type: 'Consultation', minutes: 20, reasons: ['Fatigue', 'Mal de gorge', 'Douleurs articulaires'] },
      { type: 'Suivi', minutes: 20, reasons: ['Tension', 'Résultats d’analyses', 'Cholestérol'] },
      { type: 'Vaccination', minutes: 10, reasons: ['Grippe', 'Rappel tétanos'] },
      { type: 'Kinésithérapie', minutes: 30, reasons: ['Épaule', 'Lombalgie', 'Entorse de la cheville'] },
    ],
  },
];
