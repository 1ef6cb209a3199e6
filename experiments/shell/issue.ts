/**
 * Error messages for configs. The checker, zod, does not always name the value that it found; these
 * messages do.
 *
 * @module
 */

import type { z } from "zod";
import { shorten } from "./errors.ts";

/**
 * The end of an error message: the path of the first wrong value, the value, and what is allowed.
 *
 * @param config the value that was checked
 */
export function issueText({ issues }: z.core.$ZodError, config: unknown): string {
  // A misspelt key is often reported as missing under its right name too; the unknown key says
  // more.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const path = issue.path.join(".");
  return `${path ? `, ${path}` : ""}: ${explain(issue, valueAt(config, issue.path))}`;
}

function explain(issue: z.core.$ZodIssue, value: unknown): string {
  const found = shorten(JSON.stringify(value) ?? "nothing", 100);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.message;
    case "invalid_type":
      return `expected ${article(issue.expected)}, but found ${found}`;
    case "invalid_value":
      return `expected ${oneOf(issue.values)}, but found ${found}`;
    case "invalid_union":
      // A choice by type has options; another union has a message of its own.
      return `${
        "options" in issue ? `expected ${oneOf(issue.options as string[])}` : issue.message
      }, but found ${found}`;
    case "too_small":
      return `expected ${
        issue.inclusive ? "at least" : "more than"
      } ${issue.minimum}, but found ${found}`;
    case "too_big":
      if (Array.isArray(value)) {
        return `expected at most ${issue.maximum} entries, but found ${value.length}`;
      }
      return `expected ${
        issue.inclusive ? "at most" : "less than"
      } ${issue.maximum}, but found ${found}`;
    default:
      return `${issue.message}, but found ${found}`;
  }
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  const step = (inner: unknown, key: PropertyKey) =>
    inner instanceof Object ? Reflect.get(inner, key) : undefined;
  return path.reduce(step, value);
}

function oneOf(values: readonly unknown[]): string {
  return values.filter((value) => value !== undefined).map((value) => JSON.stringify(value))
    .join(" or ");
}

function article(type: string): string {
  if (type === "int") return "a whole number";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
