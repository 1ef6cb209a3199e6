/**
 * HTML that cannot break a page: what is put into a template is escaped unless it is such HTML itself.
 *
 * @module
 */

/** A piece of a page. */
export interface Markup {
  readonly html: string;
}

/** What a template takes: text and numbers are escaped, lists joined, and nothing is nothing. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** A piece of a page: `` markup`<p>${text}</p>` ``. */
export function markup(literals: TemplateStringsArray, ...contents: Content[]): Markup {
  return { html: String.raw({ raw: literals }, ...contents.map(markupOf)) };
}

/** Markup that is known to be well-formed, such as a picture's. */
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
