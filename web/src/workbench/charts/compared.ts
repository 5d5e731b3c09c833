import { colour, type Chart } from "../../charts/frame";
import { change_digits, most_changed } from "./ranked";
import { mark, roomy, row_chart } from "./rows";

/** The same change under two scenarios: A a dot, B a ring. */
export function compared(words: { a: string; b: string }, count: number): Chart {
  return (table, context) => {
    const rows = most_changed(table, count);
    if (!rows.length) return null;
    const { number } = context.locale;
    const domain = roomy(rows.flatMap((row) => [row.number("value"), row.number("other")]));
    const digits = change_digits(domain);
    return row_chart({
      domain,
      format: (tick) => number.percent(tick, digits),
      key: [
        { label: words.a, mark: (x, y) => mark.dot(x, y, colour.evidence) },
        { label: words.b, mark: (x, y) => mark.ring(x, y, colour.claim) },
      ],
      rows: rows.map((row) => {
        const a = row.number("value")!;
        const b = row.number("other");
        return {
          label: row.text("name"),
          strong: row.flag("marked"),
          value: `${number.percent(a, digits + 1, true)} / ${b === null ? "–" : number.percent(b, digits + 1, true)}`,
          marks: (x, y) => [
            b === null ? null : mark.bar(x(a), x(b), y, colour.other_soft, 3),
            mark.dot(x(a), y, colour.evidence),
            b === null ? null : mark.ring(x(b), y, colour.claim),
          ],
        };
      }),
    }, context);
  };
}
