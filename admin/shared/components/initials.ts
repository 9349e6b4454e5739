/** Two letters for a person: of first and last name, else of the address. */
export const initialsOf = (name: string): string => {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => word?.slice(0, 1) ?? '')
    .join('')
    .toUpperCase();
};
