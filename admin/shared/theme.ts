import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Teal of a ward at night; shade 8 carries white text at 5.8:1. */
const ward: MantineColorsTuple = [
  '#e7f6f8',
  '#d2ebef',
  '#a4d6de',
  '#73c0cc',
  '#4cadbc',
  '#33a1b2',
  '#1b96a8',
  '#0f7f8f',
  '#03707f',
  '#005d6a',
];

/** Mantine's greys for the dark scheme, with the cool cast of the rest; 7 is the page, 6 the fields, 4 the lines. */
const dark: MantineColorsTuple = [
  '#d9dee3',
  '#b9c2cb',
  '#8e99a5',
  '#6b7681',
  '#39434c',
  '#2a3138',
  '#1d2328',
  '#15191d',
  '#101316',
  '#0b0d0f',
];

/** A `<header>` in a dialog counts as a second banner of the page unless it says that it is none. */
const DIALOG = { header: { role: 'presentation' } };

/** The list itself scrolls: between a list box and its options, a scrolled area of its own would need a tab stop. */
const OPTIONS = {
  defaultProps: { withScrollArea: false },
  styles: { options: { maxHeight: '17.5rem', overflowY: 'auto' } },
} as const;

export const theme = createTheme({
  colors: { ward, dark },
  primaryColor: 'ward',
  primaryShade: { light: 8, dark: 7 },
  defaultRadius: 'md',
  fontFamily: "'Inter Variable', 'Inter fallback', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Select: OPTIONS,
    Autocomplete: OPTIONS,
    MultiSelect: OPTIONS,
    // its arrow, which is no image to a screen reader
    NativeSelect: { defaultProps: { rightSectionProps: { 'aria-hidden': true } } },
    Modal: { styles: { title: { fontWeight: 650, lineHeight: 1.35 } }, defaultProps: { attributes: DIALOG } },
    Drawer: {
      styles: { title: { fontSize: '1.125rem', fontWeight: 650 } },
      defaultProps: { attributes: DIALOG },
    },
  },
});

/** Colours that Mantine's own defaults leave under 4.5:1, and surfaces of ours. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5b6570',
    '--mantine-color-placeholder': '#66707b',
    '--mantine-color-error': '#c92a2a',
    '--surface-ground': '#f5f7f8',
    '--surface-raised': '#ffffff',
    '--surface-hover': '#eef3f5',
    '--line': '#e1e6ea',
    '--flash': '#c9ecf1',
    '--text-stale': '#66707b',
  },
  dark: {
    '--mantine-color-dimmed': '#9aa5b1',
    '--mantine-color-placeholder': '#8e99a5',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-red-light-color': '#ff8787',
    '--surface-ground': '#0f1215',
    '--surface-raised': '#15191d',
    '--surface-hover': '#1d2328',
    '--line': '#2a3138',
    '--flash': '#0d4a54',
    '--text-stale': '#8a949f',
  },
});
