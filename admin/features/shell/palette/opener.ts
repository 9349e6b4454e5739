type Opener = () => void;

let opener: Opener | null = null;

/** Whoever shows the palette says how; returns what takes it back. */
export const onPaletteWanted = (open: Opener): (() => void) => {
  opener = open;
  return () => {
    if (opener === open) opener = null;
  };
};

/** Opens the palette from anywhere. */
export const openPalette = (): void => opener?.();
