/**
 * The style of a report: the system's fonts, light or dark by the reader's setting, the whole width
 * of the window, and 13 pixels for the text of charts and tables at every width.
 *
 * @module
 */

import { PALETTE_STYLE } from "../formats/palette.ts";

/** The style sheet. */
export const STYLE: string = `${PALETTE_STYLE}
:root {
  color-scheme: light dark;
  --ink: #1f2328; --quiet: #59636e; --paper: #fff; --raised: #f3f6f9; --line: #d1d9e0; --link: #0969da;
  --notice: #bf5700; --faint: #c4cad0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --quiet: #9ba4ae; --paper: #0d1117; --raised: #161b22; --line: #30363d; --link: #58a6ff;
    --notice: #e69f00; --faint: #484f58;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 2.5vw, 3rem) 4rem; max-width: 110rem;
  color: var(--ink); background: var(--paper); font: .9375rem/1.5 system-ui, sans-serif;
}
h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.25rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: 1.3rem; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1.05rem; }
p, li { max-width: 46rem; }
p { margin: .5rem 0; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0; padding: 0; list-style: none; }
.notice { padding: .5rem .75rem; border-left: 4px solid var(--notice); background: var(--raised); }
.note { color: var(--quiet); font-size: 13px; max-width: 30rem; }
.scroll { overflow-x: auto; margin: 1rem 0; max-width: 100%; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
caption { padding: .25rem 0; color: var(--quiet); text-align: left; }
th, td { padding: .35rem .75rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--line); color: var(--quiet); font-weight: 600; vertical-align: bottom; }
tbody th { position: sticky; left: 0; background: var(--paper); font-weight: 600; }
#summary table { width: 100%; }
.best > * { background: var(--raised); font-weight: 600; }
th:first-child, .text { text-align: left; }
td:has(ul) { min-width: 18rem; white-space: normal; }
td ul { margin: 0; padding-left: 1.1rem; }
figure { min-width: 0; margin: 0; }
figcaption { margin-bottom: .25rem; color: var(--quiet); font-size: 13px; line-height: 1.35; }
figcaption b { color: var(--ink); }
:is(th, td, b, figcaption) > svg { display: inline-block; width: 14px; height: 14px; margin-right: .4em; vertical-align: -2px; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, min(100%, 360px)); gap: 1.5rem 1.25rem; justify-content: space-between; margin: 1rem 0; }
.panels figure > svg { width: 100%; }
.plane { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; }
.plane > div { flex: 1 1 18rem; min-width: 0; }
.plane .wide { max-width: 100%; }
.plane .narrow { display: none; }
@media (max-width: 44rem) { .plane > div { flex: 1 1 18rem; min-width: 0; }
.plane .wide { display: none; } .plane .narrow { display: block; } }
.sheet { display: flex; flex-wrap: wrap; gap: 0 2rem; }
.columns { display: flex; gap: .25rem; align-items: end; width: max-content; }
.columns figure { width: min-content; }
.columns figure:first-child { position: sticky; left: 0; padding-right: .25rem; background: var(--paper); }
img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; }
.columns img { max-width: none; }
.rows { display: flex; }
.rows ul { display: grid; grid-auto-rows: 1fr; min-width: 5.5rem; margin: 0; padding: 0; list-style: none; font-size: 13px; }
.rows li { align-self: center; }
.rows img { min-width: 0; }
svg { display: block; max-width: 100%; height: auto; fill: currentColor; }
svg text { white-space: pre; }
svg.parts { position: absolute; width: 0; height: 0; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; font-size: 13px; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 30rem) { th, td { padding: .35rem .5rem; } dl { display: block; } dd { margin: 0 0 .35rem; } }
`;
