/**
 * The page of a report: one HTML file that loads no other file and runs no script.
 *
 * @module
 */

import { codeSection } from "./code_section.ts";
import { curveStyles } from "./curve_style.ts";
import { curveNames, groupRuns } from "./group.ts";
import { lossSection } from "./loss_section.ts";
import { markup, trusted } from "./markup.ts";
import { pictureSection } from "./picture_section.ts";
import { planeSection } from "./plane_section.ts";
import { rateSection } from "./rate_section.ts";
import { type Found, readDetails, type ReportRun } from "./read_run.ts";
import { runSection } from "./run_section.ts";
import { inOrder, type Section, type Shown } from "./section.ts";
import { settingsSection } from "./settings_section.ts";
import { STYLE } from "./style.ts";
import { summarize } from "./summary.ts";
import { summarySection } from "./summary_section.ts";

/** Browsers run no script of the page and load nothing for it. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** The first characters of every page; `--out` overwrites only files that begin like this. */
export const PAGE_START: string = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
`;

/**
 * The text of the page; there must be at least one run.
 *
 * @param base the curve from which the distances of the others are measured, if there is one of
 *   this name; otherwise it is chosen by {@linkcode baseOf}
 */
export async function reportPage({ runs, others }: Found, base?: string): Promise<string> {
  const groups = groupRuns(runs);
  const curves = curveNames(groups);
  const styles = curveStyles(curves.values());
  const found: Shown[] = [];
  for (const group of groups) {
    const [curve, details] = [curves.get(group)!, await readDetails(group.runs[0])];
    found.push({ group, curve, style: styles.get(curve)!, summary: summarize(group), details });
  }
  const all = inOrder(found);
  const sections = [
    summarySection(all),
    planeSection(all, base),
    lossSection(all),
    rateSection(all),
    codeSection(all),
    pictureSection(all),
    settingsSection(all),
    runSection(all, others),
  ].filter((section) => section !== undefined);
  return pageText(all, runs, sections);
}

function pageText(
  all: readonly Shown[],
  runs: readonly ReportRun[],
  sections: readonly Section[],
): string {
  const title = `${count(runs.length, "run")}${of(all)}`;
  const settings = all.length < runs.length ? `${count(all.length, "setting")}. ` : "";
  const incomplete = runs.filter(({ problems }) => problems.length > 0).length;
  const notice = `${incomplete} of ${count(runs.length, "run")}`;
  const link = ({ id, title }: Section) => markup`<li><a href="#${id}">${title}</a></li>\n`;
  const part = ({ id, title, content }: Section) =>
    markup`<section id="${id}">
<h2>${title}</h2>
${content}
</section>
`;
  const page = markup`${trusted(PAGE_START)}<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${settings}Losses, rates and distortions are in nats per image.</p>
${
    incomplete === 0
      ? ""
      : markup`<p class="notice"><a href="#runs">${notice} have missing or damaged parts</a></p>`
  }
<nav aria-label="Contents"><ul>
${sections.map(link)}</ul></nav>
</header>
<main>
${sections.map(part)}</main>
</body>
</html>
`;
  return page.html;
}

/** " on " and the data set, if all configs have the same. */
function of(all: readonly Shown[]): string {
  const names = new Set(all.flatMap(({ group }) => group.config?.dataset ?? []));
  return names.size === 1 ? ` on ${[...names]}` : "";
}

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;
