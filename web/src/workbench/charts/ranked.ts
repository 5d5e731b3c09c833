import { colour, type Chart } from "../../charts/frame";
import type { Row, Table } from "../../result/table";
import { kNeutral } from "./diverging";
import { mark, roomy, round_ticks, row_chart, tick_step } from "./rows";

/** Decimals of percent for changes spread over a domain. */
export function change_digits([low, high]: [number, number]): number {
  const step = tick_step(round_ticks([low, high], 6)) * 100;
  return Math.max(0, Math.min(4, -Math.floor(Math.log10(step) + 1e-9)));
}

export function sign_colour(value: number): string {
  return value > 0 ? "var(--up-4)" : value < 0 ? "var(--down-3)" : kNeutral;
}

/** Economies to show: those marked first, then the largest changes. Sorted from gain to loss. */
export function most_changed(table: Table, count: number): Row[] {
  const known = table.rows.filter((row) => row.number("value") !== null);
  const by_size = [...known].sort((a, b) =>
    Number(b.flag("marked")) - Number(a.flag("marked")) ||
    Math.abs(b.number("value")!) - Math.abs(a.number("value")!) || a.text("economy").localeCompare(b.text("economy")));
  return by_size.slice(0, count).sort((a, b) => b.number("value")! - a.number("value")! || a.text("economy").localeCompare(b.text("economy")));
}

/** Changes from the largest gain to the largest loss, each with its interval where there is one. */
export function ranked(count: number): Chart {
  return (table, context) => {
    const rows = most_changed(table, count);
    if (!rows.length) return null;
    const { number, text } = context.locale;
    const domain = roomy(rows.flatMap((row) => [row.number("value"), row.number("low"), row.number("high")]));
    const digits = change_digits(domain);
    return row_chart({
      domain,
      format: (tick) => number.percent(tick, digits),
      rows: rows.map((row) => {
        const value = row.number("value")!;
        const low = row.number("low");
        const high = row.number("high");
        const range = low === null || high === null ? ""
          : ` (${number.percent(low, digits + 1)} ${text.to} ${number.percent(high, digits + 1)})`;
        return {
          label: row.text("name"),
          strong: row.flag("marked"),
          value: number.percent(value, digits + 1, true) + range,
          marks: (x, y) => [
            low === null || high === null
              ? mark.bar(x(0), x(value), y, colour.other_soft, 3)
              : mark.bar(x(low), x(high), y, colour.other_soft),
            mark.dot(x(value), y, sign_colour(value), row.flag("marked") ? 6 : 5),
          ],
        };
      }),
    }, context);
  };
}
