import * as Plot from "@observablehq/plot";
import type { Table } from "../result/table";
import { colour, draw, is_narrow, y_axis, type ChartContext } from "./frame";

/** The same months of every year, a year without data left blank; above each bar, how far the claimed value stands over it. */
export function base_effect(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale, claim } = context;
  const claimed_year = Number(claim.window.slice(0, 4));
  const base_year = Number(claim.versus.slice(0, 4));
  const by_year = new Map(table.rows.map((row) => [row.number("year"), row]));
  // The table holds the earlier years, each with the claimed value over it.
  const claimed_value = table.rows
    .map((row) => [row.number("value_musd"), row.number("claimed_over_it")] as const)
    .filter((pair): pair is [number, number] => pair[0] !== null && pair[1] !== null)
    .map(([value, over]) => value * (1 + over))[0];
  const years = [...by_year.keys()].filter((year): year is number => year !== null);
  if (years.length && claimed_value !== undefined && !years.includes(claimed_year)) years.push(claimed_year);
  const first = Math.min(...years);
  const bars = Array.from({ length: years.length ? Math.max(...years) - first + 1 : 0 }, (_, place) => {
    const year = first + place;
    const row = by_year.get(year);
    return {
      year,
      value: row?.number("value_musd") ?? (year === claimed_year ? (claimed_value ?? null) : null),
      over: row?.number("claimed_over_it") ?? null,
      fill: year === claimed_year ? colour.claim : year === base_year ? colour.quiet : colour.other_soft,
    };
  });
  const known = bars.filter((bar) => bar.value !== null);
  if (!known.length) return null;
  const narrow = is_narrow(context);
  const claimed = known.find((bar) => bar.year === claimed_year);
  return draw(context, {
    height: narrow ? 280 : 320,
    marginLeft: 50,
    marginRight: 6,
    marginTop: 26,
    marginBottom: 34,
    x: { type: "band", domain: bars.map((bar) => bar.year), padding: narrow ? 0.2 : 0.28, axis: null },
    y: { domain: [0, Math.max(...known.map((bar) => bar.value!)) * 1.08] },
    marks: [
      y_axis({ ticks: 5, tickFormat: (tick: number) => locale.number.plain(tick) }),
      Plot.barY(known, { x: "year", y: "value", fill: "fill" }),
      claimed ? Plot.ruleY([claimed.value!], { stroke: colour.claim, strokeDasharray: "4 4" }) : null,
      Plot.ruleY([0], { stroke: colour.faint }),
      Plot.text(known.filter((bar) => bar.year !== claimed_year && bar.over !== null), {
        x: "year", y: "value", dy: -10, fill: colour.quiet, stroke: colour.paper, strokeWidth: 4,
        text: (bar) => (narrow ? locale.number.plain(bar.over! * 100, 0, true) : locale.number.percent(bar.over, 0, true)),
        fontVariant: "tabular-nums",
      }),
      claimed ? Plot.text([claimed], {
        x: "year", y: "value", dy: -10, fill: colour.claim, fontWeight: 650, stroke: colour.paper, strokeWidth: 4,
        text: () => locale.number.plain(claimed.value), fontVariant: "tabular-nums",
      }) : null,
      Plot.text(bars.filter((bar) => bar.value === null), {
        x: "year", y: 0, dy: -8, fill: colour.faint, fontSize: 12, rotate: -90, textAnchor: "start",
        text: () => locale.text.no_data,
      }),
      Plot.axisX({ tickSize: 0, tickPadding: 8, fill: colour.faint, label: null,
                   tickFormat: (year: number) => (narrow ? `’${String(year).slice(2)}` : String(year)) }),
    ],
  });
}
