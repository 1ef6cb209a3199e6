/**
 * Templates of HTML. They escape every text, so that no name or path can break the page; pieces of
 * markup stay as they are.
 *
 * @module
 */

/** A piece of a page. */
export interface Markup {
  readonly html: string;
}

/**
 * What a template takes: texts and numbers are escaped, lists are joined, and undefined is left
 * out.
 */
export type Content = Markup | string | number | undefined | readonly Content[];

/** A piece of a page: `` markup`<p>${text}</p>` ``. */
export function markup(literals: TemplateStringsArray, ...contents: Content[]): Markup {
  return { html: String.raw({ raw: literals }, ...contents.map(markupOf)) };
}

/** Markup from HTML that is known to be well-formed, such as a plot's SVG. It is not escaped. */
export const trusted = (html: string): Markup => ({ html });

function markupOf(content: Content): string {
  if (content === undefined) return "";
  if (typeof content === "string" || typeof content === "number") return escape(String(content));
  return "html" in content ? content.html : content.map(markupOf).join("");
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
