import { z } from 'zod';

/** The names of the fields of a body, also of one that has several forms. */
export const fieldsOf = (body: z.ZodType): string[] => {
  const { properties = {}, anyOf = [] } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
  return [...Object.keys(properties), ...anyOf.flatMap((form) => Object.keys(form.properties ?? {}))];
};
