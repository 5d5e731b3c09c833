import { colour, type Chart } from "../../charts/frame";
import { sign_colour } from "./ranked";
import { mark, roomy, row_chart } from "./rows";

/** Amounts by sector before (ring) and after (dot), from the largest gain to the largest loss. */
export function by_sector(words: { before: string; after: string }): Chart {
  return (table, context) => {
    const rows = table.rows.filter((row) => (row.number("before") ?? 0) > 0 || (row.number("after") ?? 0) > 0);
    if (!rows.length) return null;
    const { number } = context.locale;
    const domain = roomy(rows.flatMap((row) => [row.number("before"), row.number("after")]));
    const digits = domain[1] < 10 ? 2 : domain[1] < 100 ? 1 : 0;
    return row_chart({
      domain: [0, domain[1]],
      format: (tick) => number.plain(tick),
      key: [
        { label: words.before, mark: (x, y) => mark.ring(x, y, colour.faint) },
        { label: words.after, mark: (x, y) => mark.dot(x, y, colour.ink) },
      ],
      rows: rows.map((row) => {
        const [before, after, change] = [row.number("before") ?? 0, row.number("after") ?? 0, row.number("change")];
        return {
          label: row.text("sector"),
          value: `${number.plain(before, digits)} → ${number.plain(after, digits)}${change === null ? "" : ` (${number.percent(change, 1, true)})`}`,
          marks: (x, y) => [
            mark.bar(x(before), x(after), y, sign_colour(after - before), 3), mark.ring(x(before), y, colour.faint),
            mark.dot(x(after), y, colour.ink, 4.5),
          ],
        };
      }),
    }, context);
  };
}
