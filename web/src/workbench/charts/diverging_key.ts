import { colour, text_size, type ChartContext } from "../../charts/frame";
import { kNeutral, percent_digits, type Diverging } from "./diverging";
import { svg, type Drawing } from "../../charts/drawing";

/** The nine classes in a row with their bounds in percent; `width` is what they take. */
export function diverging_key(scale: Diverging, context: ChartContext, top: number): { nodes: Drawing[]; width: number } {
  const { number } = context.locale;
  const { bounds } = scale;
  const cell = Math.min(58, Math.floor(context.width / 9));
  const colours = [...[...bounds].reverse().map((bound) => scale.colour(-bound)), kNeutral, ...bounds.map((bound) => scale.colour(bound))];
  const edges = [...bounds.map((bound) => -bound).reverse(), ...bounds];
  return {
    width: 9 * cell,
    nodes: [
      ...colours.map((fill, place) => svg("rect", { x: place * cell, y: top, width: cell - 1, height: 11, fill })),
      ...edges.map((bound, place) => svg("text", {
        x: (place + 1) * cell - 0.5, y: top + 26, "text-anchor": "middle", "font-size": text_size(context) - 1, fill: colour.faint,
      }, number.plain(bound * 100, percent_digits(Math.abs(bound)), true) + (place === edges.length - 1 ? "%" : ""))),
    ],
  };
}
