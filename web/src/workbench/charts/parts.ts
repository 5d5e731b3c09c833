import { colour, type Chart } from "../../charts/frame";
import { change_digits, sign_colour } from "./ranked";
import { roomy, row_chart } from "./rows";
import { svg } from "../../charts/drawing";

/** A change of real income as the sum of its parts, one after another, and the whole at the end. */
export const parts: Chart = (table, context) => {
  const rows = table.rows.filter((row) => row.number("change") !== null);
  if (rows.length < 2) return null;
  const { number } = context.locale;
  let level = 0;
  const steps = rows.map((row) => {
    const change = row.number("change")!;
    const whole = row.flag("whole");
    const from = whole ? 0 : level;
    const to = whole ? change : level + change;
    if (!whole) level = to;
    return { label: row.text("label"), change, whole, from, to };
  });
  const domain = roomy(steps.flatMap((step) => [step.from, step.to]));
  const digits = change_digits(domain);
  return row_chart({
    domain,
    row_height: 34,
    format: (tick) => number.percent(tick, digits),
    rows: steps.map((step, place) => ({
      label: step.label,
      strong: step.whole,
      value: number.percent(step.change, digits + 1, true),
      marks: (x, y) => {
        const left = Math.min(x(step.from), x(step.to));
        return [
          place > 0 && !step.whole
            ? svg("line", { x1: x(step.from), x2: x(step.from), y1: y - 27, y2: y - 8, stroke: colour.faint, "stroke-dasharray": "2 3" }) : null,
          svg("rect", { x: left, y: y - 8, width: Math.max(1.5, Math.abs(x(step.to) - x(step.from))), height: 16,
                        fill: step.whole ? colour.ink : sign_colour(step.change) }),
        ];
      },
    })),
  }, context);
};
