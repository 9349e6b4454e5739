import { fold } from '@wardbell/contract/folding';

/** Fields of a patient that a column can have, in the order of a form. */
export const IMPORT_FIELDS = [
  'last_name',
  'first_name',
  'birth_date',
  'mrn',
  'gender',
  'phone',
  'email',
  'notes',
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];

/** What each column is; null: it is left out. */
export type Mapping = readonly (ImportField | null)[];

/** How columns are called in English, German and French, without case, accents, spaces and signs; the surest first. */
const NAMES: Readonly<Record<ImportField, readonly string[]>> = {
  last_name:
    'lastname surname familyname nachname familienname zuname nomdefamille nomdusage nomdenaissance nom name'.split(
      ' ',
    ),
  first_name: 'firstname givenname forename vorname rufname prenom prenoms'.split(' '),
  birth_date:
    'birthdate dateofbirth dob birthday born geburtsdatum geburtstag gebdatum gebdat geb geboren datedenaissance datenaissance naissance neele nele ddn'.split(
      ' ',
    ),
  mrn: 'mrn medicalrecordnumber recordnumber patientnumber patientid patientno chartnumber patientennummer patientennr patientnr patnr pid aktennummer aktenzeichen karteinummer numerodepatient numeropatient ndepatient npatient numerodedossier ndedossier nodedossier ndossier ipp id'.split(
    ' ',
  ),
  gender: 'gender sex geschlecht sexe genre'.split(' '),
  phone:
    'phone phonenumber telephone tel mobile mobilephone cell telefon telefonnummer telefonnr handy handynummer mobil mobilnummer mobiltelefon telephonemobile telephoneportable portable numerodetelephone'.split(
      ' ',
    ),
  email: 'email emailaddress mail emailadresse mailadresse courriel adressemail adresseemail mel'.split(' '),
  notes:
    'notes note comment comments remark remarks notiz notizen bemerkung bemerkungen anmerkung anmerkungen kommentar remarque remarques commentaire commentaires'.split(
      ' ',
    ),
};

const keyOf = (header: string): string => fold(header).replace(/[^a-z0-9]/g, '');

/** What the columns are by their headers. Each field is found once: by its surest name, then from left to right. */
export function guessMapping(headers: readonly string[]): Mapping {
  const keys = headers.map(keyOf);
  const mapping: (ImportField | null)[] = keys.map(() => null);
  for (const field of IMPORT_FIELDS) {
    for (const name of NAMES[field]) {
      const column = keys.findIndex((key, index) => key === name && mapping[index] === null);
      if (column === -1) continue;
      mapping[column] = field;
      break;
    }
  }
  return mapping;
}

/** Columns without headers are for a person to name. */
export const hasHeaders = (first: readonly string[]): boolean =>
  guessMapping(first).some((field) => field !== null);
