/**
 * The small language of the compiler's tab: numbers, the tensors at hand, + − · / and calls of the
 * library's functions, such as `softplus(matmul(A, B) + b)` or `grad(sum(tanh(x)), x)`.
 *
 * @module
 */

import * as ops from "./operations.ts";
import type { Tensor } from "../../mod.ts";

/** The tensors at hand, by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

type Value = Tensor | number;
/** An expression as a function of the tensors at hand. */
export type Expression = (tensors: Tensors) => Value;

/** A text that is no expression. */
export class ExpressionError extends Error {}

const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[A-Za-z]\w*|[-+*/(),])/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== "") {
    const from = TOKEN.lastIndex, match = TOKEN.exec(text);
    if (match === null) throw new ExpressionError(`“${text.slice(from).trim()[0]}” has no meaning`);
    tokens.push(match[1]);
  }
  return tokens;
}

/**
 * Reads an expression.
 *
 * @param names the names of the tensors at hand
 * @throws {ExpressionError} with a sentence where the text is no expression
 */
export function parseExpression(text: string, names: readonly string[]): Expression {
  const tokens = tokensOf(text);
  let at = 0;
  const is = (token: string) => tokens[at] === token && ++at > 0;
  const end = () => tokens[at] === undefined ? "the end" : `“${tokens[at]}”`;
  function expect(token: string): void {
    if (!is(token)) throw new ExpressionError(`expected “${token}”, but found ${end()}`);
  }

  function sum(): Expression {
    let left = product();
    for (;;) {
      const op = is("+") ? ops.add : is("-") ? ops.sub : undefined;
      if (op === undefined) return left;
      left = binary(op, left, product());
    }
  }
  function product(): Expression {
    let left = unary();
    for (;;) {
      const op = is("*") ? ops.mul : is("/") ? ops.div : undefined;
      if (op === undefined) return left;
      left = binary(op, left, unary());
    }
  }
  function unary(): Expression {
    if (!is("-")) return primary();
    const of = unary();
    return (tensors) => ops.neg(of(tensors));
  }
  function primary(): Expression {
    if (is("(")) {
      const inner = sum();
      expect(")");
      return inner;
    }
    const token = tokens[at];
    if (token === undefined || /^[-+*/(),]$/.test(token)) {
      throw new ExpressionError(`expected a number, a tensor or a call, but found ${end()}`);
    }
    at++;
    if (/^[\d.]/.test(token)) return () => Number(token);
    if (is("(")) return call(token);
    if (names.includes(token)) return (tensors) => tensors[token];
    const hint = Object.hasOwn(ops.CALLS, token) ? `; it is a function: ${token}(…)` : "";
    throw new ExpressionError(`there is no tensor ${token}${hint}; there are ${names.join(", ")}`);
  }
  function call(name: string): Expression {
    const args: Expression[] = [];
    if (!is(")")) {
      do args.push(sum()); while (is(","));
      expect(")");
    }
    if (name === "grad") return gradient(args, tokens[at - 2]);
    if (!Object.hasOwn(ops.CALLS, name)) {
      const known = ["grad", ...Object.keys(ops.CALLS)].join(", ");
      throw new ExpressionError(`there is no function ${name}; there are ${known}`);
    }
    const f = ops.CALLS[name];
    if (args.length < f.least || args.length > f.most) {
      const count = f.least === f.most ? f.most : `${f.least} or ${f.most}`;
      throw new ExpressionError(`${name} takes ${count} arguments, but has ${args.length}`);
    }
    return (tensors) => f.apply(...args.map((arg) => arg(tensors)));
  }
  /** grad(expression, name): the gradient of a scalar by a tensor at hand. */
  function gradient(args: readonly Expression[], name: string): Expression {
    if (args.length !== 2 || !names.includes(name)) {
      throw new ExpressionError(`grad takes a scalar and one of ${names.join(", ")}`);
    }
    return (tensors) =>
      ops.grad((own: Tensor) => ops.asTensor(args[0]({ ...tensors, [name]: own })))(tensors[name]);
  }

  const whole = sum();
  if (at < tokens.length) throw new ExpressionError(`${end()} is one too many`);
  return whole;
}

const binary = (op: (x: Value, y: Value) => Value, x: Expression, y: Expression): Expression =>
(
  tensors,
) => op(x(tensors), y(tensors));
