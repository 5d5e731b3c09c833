import { colour, type Chart } from "../../charts/frame";
import { change_digits } from "./ranked";
import { mark, roomy, row_chart } from "./rows";

/** Pairs whose own cost changes: what the cost alone does, then with prices, then with incomes. */
export function stages(words: { direct: string; conditional: string; full: string }, count: number): Chart {
  return (table, context) => {
    const weight = (row: (typeof table.rows)[number]) => (row.number("base_musd") ?? 0) * Math.abs(row.number("full_change") ?? 0);
    const rows = table.rows.filter((row) => row.number("full_change") !== null)
      .sort((a, b) => weight(b) - weight(a) || a.text("exporter").localeCompare(b.text("exporter"))).slice(0, count);
    if (!rows.length) return null;
    const { number } = context.locale;
    const domain = roomy(rows.flatMap((row) => [row.number("direct_change"), row.number("conditional_change"), row.number("full_change")]));
    const digits = change_digits(domain);
    return row_chart({
      domain,
      format: (tick) => number.percent(tick, digits),
      key: [
        { label: words.direct, mark: (x, y) => mark.tick(x, y, colour.faint) },
        { label: words.conditional, mark: (x, y) => mark.ring(x, y, colour.evidence) },
        { label: words.full, mark: (x, y) => mark.dot(x, y, colour.evidence) },
      ],
      rows: rows.map((row) => {
        const direct = row.number("direct_change");
        const conditional = row.number("conditional_change");
        const full = row.number("full_change")!;
        return {
          label: `${row.text("exporter_name") || row.text("exporter")} → ${row.text("importer_name") || row.text("importer")}`,
          value: number.percent(full, digits + 1, true),
          marks: (x, y) => [
            direct === null ? null : mark.bar(x(direct), x(full), y, colour.other_soft, 3),
            direct === null ? null : mark.tick(x(direct), y, colour.faint),
            conditional === null ? null : mark.ring(x(conditional), y, colour.evidence),
            mark.dot(x(full), y, colour.evidence),
          ],
        };
      }),
    }, context);
  };
}
