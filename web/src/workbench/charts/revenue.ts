import { colour, type Chart } from "../../charts/frame";
import { sign_colour } from "./ranked";
import { mark, roomy, row_chart } from "./rows";

/** Duties before (ring) and after (dot), as collected at the border and as received from the pool. */
export function revenue(words: { before: string; after: string; collected: string; received: string }): Chart {
  return (table, context) => {
    const rows = table.rows.filter((row) => row.number("received_before") !== null);
    if (!rows.length) return null;
    const { number } = context.locale;
    const lanes = [["collected", words.collected], ["received", words.received]] as const;
    const value = (row: (typeof rows)[number], name: string) => row.number(name);
    // One large collector would press the others together: widths are shares of the largest, by root.
    const largest = Math.max(...rows.flatMap((row) => lanes.flatMap(([lane]) => [value(row, `${lane}_before`) ?? 0, value(row, `${lane}_after`) ?? 0])), 1);
    const power = Math.ceil(Math.log10(largest));
    const ticks = [0, 10 ** (power - 2), 10 ** (power - 1), 10 ** power].filter((tick) => tick <= largest * 1.3);
    const digits = largest < 100 ? 1 : 0;
    const place = (amount: number) => Math.sqrt(Math.max(0, amount));
    return row_chart({
      domain: [0, place(largest) * 1.05],
      ticks: ticks.map((tick) => ({ at: place(tick), label: number.plain(tick, tick < 1 ? Math.round(-Math.log10(tick || 1)) : 0) })),
      format: () => "",
      key: [
        { label: words.before, mark: (x, y) => mark.ring(x, y, colour.faint) },
        { label: words.after, mark: (x, y) => mark.dot(x, y, colour.ink) },
      ],
      rows: rows.flatMap((row) => lanes.map(([lane, name], number_of_lane) => {
        const before = value(row, `${lane}_before`) ?? 0;
        const after = value(row, `${lane}_after`) ?? 0;
        return {
          label: number_of_lane === 0 ? `${row.text("name")} · ${name}` : name,
          strong: false,
          value: `${number.plain(before, digits)} → ${number.plain(after, digits)} (${number.plain(after - before, digits, true)})`,
          marks: (x: (value: number) => number, y: number) => [
            mark.bar(x(place(before)), x(place(after)), y, sign_colour(after - before), 3),
            mark.ring(x(place(before)), y, colour.faint),
            mark.dot(x(place(after)), y, colour.ink, 4.5),
          ],
        };
      })),
    }, context);
  };
}

/** Keys of a revenue pool: shares before and after. */
export function keys(words: { before: string; after: string }): Chart {
  return (table, context) => {
    const rows = table.rows.filter((row) => row.number("after") !== null || row.number("before") !== null);
    if (!rows.length) return null;
    const { number } = context.locale;
    return row_chart({
      domain: roomy(rows.flatMap((row) => [row.number("before"), row.number("after")])),
      format: (tick) => number.percent(tick, 0),
      key: [
        { label: words.before, mark: (x, y) => mark.ring(x, y, colour.faint) },
        { label: words.after, mark: (x, y) => mark.dot(x, y, colour.ink) },
      ],
      rows: rows.map((row) => {
        const before = row.number("before");
        const after = row.number("after");
        return {
          label: row.text("name"),
          value: `${before === null ? "–" : number.percent(before, 2)} → ${after === null ? "–" : number.percent(after, 2)}`,
          marks: (x, y) => [
            before !== null && after !== null ? mark.bar(x(before), x(after), y, colour.other_soft, 3) : null,
            before === null ? null : mark.ring(x(before), y, colour.faint),
            after === null ? null : mark.dot(x(after), y, colour.ink, 4.5),
          ],
        };
      }),
    }, context);
  };
}
