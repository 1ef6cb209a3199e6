/**
 * The style of a report: the system's fonts, light or dark by the reader's setting, and the colours
 * of Okabe and Ito, which all kinds of colour vision can tell apart.
 *
 * @module
 */

/** The style sheet. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1f2328; --quiet: #59636e; --paper: #fff; --raised: #f6f8fa; --line: #d1d9e0;
  --first: #0072b2; --second: #d55e00; --faint: #c4cad0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --quiet: #9ba4ae; --paper: #0d1117; --raised: #161b22; --line: #30363d;
    --first: #56b4e9; --second: #e69f00; --faint: #484f58;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 76rem;
  color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif;
}
h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 3rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); font-size: 1.3rem; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1.05rem; }
p, li { max-width: 46rem; }
p { margin: .5rem 0; }
a { color: var(--first); }
nav ul, .keys { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0; padding: 0; list-style: none; }
.keys { color: var(--quiet); font-size: .9rem; }
.notice { padding: .5rem .75rem; border-left: 4px solid var(--second); background: var(--raised); }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { padding: .25rem 0; color: var(--quiet); text-align: left; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--line); color: var(--quiet); font-weight: 600; vertical-align: bottom; }
tbody th { position: sticky; left: 0; background: var(--paper); font-weight: 600; }
th:first-child, .text { text-align: left; }
td:has(ul) { min-width: 18rem; white-space: normal; }
td ul { margin: 0; padding-left: 1.1rem; }
figure { min-width: 0; margin: 0; }
figcaption { color: var(--quiet); font-size: .85rem; line-height: 1.35; }
figcaption b { color: var(--ink); }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 1.5rem 1.25rem; margin: 1rem 0; }
.panels b { display: block; }
.panels svg { width: 100%; }
.pictures { display: flex; flex-wrap: wrap; align-items: end; gap: 1rem 1.25rem; }
.pictures figure { width: min(100%, 23rem); }
.pictures img { display: block; width: 100%; height: auto; image-rendering: pixelated; }
.plane { max-width: 50rem; }
.plane svg { min-width: 38rem; }
svg { display: block; max-width: 100%; height: auto; }
svg text { fill: currentColor; white-space: pre; }
svg.parts { position: absolute; width: 0; height: 0; }
.key { display: inline-block; width: 2rem; margin-right: .35rem; border-top: 3px solid var(--first); vertical-align: middle; }
.key.dashed { border-top: 3px dashed var(--second); }
.key.grey { border-color: var(--faint); }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; font-size: .9rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 30rem) { dl { display: block; } dd { margin: 0 0 .35rem; } }
`;
