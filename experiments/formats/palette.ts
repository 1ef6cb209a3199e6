/**
 * Colours for up to 17 curves. In both schemes each can be read as text: it has a contrast of at
 * least 4.5 with the paper. No palette of 17 suits all kinds of colour vision, so curves differ in
 * shape, too.
 *
 * @module
 */

/** The colours on white and on black paper. The first four suit all kinds of colour vision. */
export const PALETTE: readonly (readonly [light: string, dark: string])[] = [
  ["#0072b2", "#56b4e9"],
  ["#c44a00", "#ff8c4a"],
  ["#007a52", "#2fc892"],
  ["#b02c85", "#f08ac8"],
  ["#1f2328", "#e6edf3"],
  ["#8f6a00", "#e6b422"],
  ["#6a3fd0", "#a990ff"],
  ["#00768a", "#3fd0d6"],
  ["#c8102e", "#ff6b6b"],
  ["#6b3f14", "#c08a5a"],
  ["#557a00", "#b4d44a"],
  ["#1b2f8a", "#6f8cff"],
  ["#dd1f78", "#ff5fae"],
  ["#6b747e", "#9ba4ae"],
  ["#0b4a2c", "#6fae7a"],
  ["#6a1560", "#c77be0"],
  ["#4f6fc4", "#a9c0ff"],
];

/** The colour of curve i, counted from 0, as a variable of {@linkcode PALETTE_STYLE}. */
export const colorOf = (i: number): string => `var(--curve-${i % PALETTE.length})`;

const variables = (scheme: 0 | 1) =>
  PALETTE.map((colors, i) => `--curve-${i}: ${colors[scheme]};`).join(" ");

/** A style sheet that sets the colours by the reader's scheme. */
export const PALETTE_STYLE: string = `
:root { ${variables(0)} }
@media (prefers-color-scheme: dark) { :root { ${variables(1)} } }
`;
