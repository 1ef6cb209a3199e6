import { assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { csvText } from "../../../experiments/formats/csv.ts";
import { readCsv } from "../../../experiments/formats/csv_reader.ts";
import { assertRefused } from "../../fixtures/helpers.ts";

Deno.test("CSV: what is written is read again", () => {
  // The writer guards spreadsheets against formulas; fields without quotes lose outer spaces.
  const text = fc.string().map((s) => s.replace(/^[\s=+@'-]+/, "").trimEnd());
  const table = fc.array(fc.tuple(text, text, fc.integer()), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(table, (rows) => {
    const records = rows.map(([a, b, c]) => ({ a, b, c }));
    const { names, rows: read } = readCsv(csvText(records), "x.csv");
    assertEquals(names, ["a", "b", "c"]);
    assertEquals(read.map(({ fields }) => fields), rows.map((row) => row.map(String)));
  }));
});

Deno.test("CSV: all kinds of line ends, spaces, quotes and numbers of lines", () => {
  const { names, rows } = readCsv('\uFEFFa, b\r\n1,"x, ""y""\nz"\n\n 3 ,\r4,5', "x.csv");
  assertEquals(names, ["a", "b"]);
  assertEquals(rows, [
    { number: 2, fields: ["1", 'x, "y"\nz'] },
    { number: 5, fields: ["3", ""] },
    { number: 6, fields: ["4", "5"] },
  ]);
  assertEquals(readCsv("a,b\n1,", "x.csv").rows, [{ number: 2, fields: ["1", ""] }]);
});

Deno.test("CSV: a damaged table is refused", () => {
  assertRefused(() => readCsv("\n", "x.csv"), "x.csv is empty");
  assertRefused(() => readCsv("a,a\n", "x.csv"), 'two columns named "a"');
  assertRefused(() => readCsv("a,b\n1,2\n1,2,3\n", "x.csv"), "x.csv, line 3 has 3 fields", "has 2");
  assertRefused(() => readCsv('a,b\n1,"2\n', "x.csv"), "x.csv, line 2", "quotation mark");
});
