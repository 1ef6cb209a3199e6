/**
 * Drawings as SVG: boxes, lines and text, readable on a light and on a dark page.
 *
 * @module
 */

/**
 * The colours: `ink` for lines and text, `faint` for what stands behind, the others to tell things
 * apart.
 */
export type Colour = "ink" | "faint" | "first" | "second" | "third" | "paper";

const STYLE = `
:root { color-scheme: light dark; }
:root { --ink: #1f2328; --faint: #d0d7de; --paper: #fff; }
:root { --first: #0072b2; --second: #d55e00; --third: #009e73; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --faint: #3d444d; --paper: #0d1117; }
  :root { --first: #56b4e9; --second: #e69f00; --third: #2fbf93; }
}
.code { font-family: ui-monospace, Menlo, Consolas, monospace; white-space: pre; }`;

/** How a text is set. */
export interface TextStyle {
  readonly size?: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly colour?: Colour;
  readonly bold?: boolean;
  /** In letters of one width. */
  readonly code?: boolean;
}

/** How a box is drawn. */
export interface BoxStyle {
  readonly fill?: Colour;
  /** From 0, nothing of the fill, to 1. */
  readonly strength?: number;
  readonly line?: Colour | "none";
}

/** How a line is drawn. */
export interface LineStyle {
  readonly colour?: Colour;
  readonly arrow?: boolean;
}

/** A drawing to which shapes are added. */
export class Picture {
  readonly #parts: string[] = [];

  constructor(readonly width: number, readonly height: number, readonly title: string) {}

  /** A line of text, whose baseline is at y. */
  text(x: number, y: number, text: string, style: TextStyle = {}): void {
    const { size = 12, anchor = "start", colour = "ink", bold = false, code = false } = style;
    this.#parts.push(
      `<text x="${x}" y="${y}" font-size="${size}"${code ? ' class="code"' : ""}` +
        `${anchor === "start" ? "" : ` text-anchor="${anchor}"`}${
          bold ? ' font-weight="600"' : ""
        }` +
        ` fill="var(--${colour})">${escape(text)}</text>`,
    );
  }

  /** Lines of text below each other. */
  lines(x: number, y: number, lines: readonly string[], style: TextStyle = {}): void {
    const { size = 12 } = style;
    lines.forEach((line, i) => this.text(x, y + i * size * 1.45, line, style));
  }

  /** A rectangle. */
  box(x: number, y: number, width: number, height: number, style: BoxStyle = {}): void {
    const { fill = "paper", strength = 1, line = "ink" } = style;
    this.#parts.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="3"` +
        ` fill="var(--${fill})" fill-opacity="${strength}"` +
        ` stroke="${line === "none" ? "none" : `var(--${line})`}"/>`,
    );
  }

  /** A straight line, or an arrow. */
  line(
    [x1, y1]: readonly [number, number],
    [x2, y2]: readonly [number, number],
    { colour = "ink", arrow = false }: LineStyle = {},
  ): void {
    this.#parts.push(
      `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="var(--${colour})"` +
        `${arrow ? ' marker-end="url(#head)"' : ""}/>`,
    );
  }

  /** The text of the SVG file. */
  toString(): string {
    const { width, height, title } = this;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img">
<title>${escape(title)}</title>
<style>${STYLE}</style>
<marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">
<path d="M0 0 L8 4 L0 8 z" fill="var(--ink)"/></marker>
<rect width="100%" height="100%" fill="var(--paper)"/>
${this.#parts.join("\n")}
</svg>
`;
  }
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
