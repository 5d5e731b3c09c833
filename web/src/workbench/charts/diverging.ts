/** A scale of nine classes about zero. */
export interface Diverging {
  /** Bounds above zero, rising; those below are their mirror. */
  bounds: number[];
  colour(value: number): string;
}

const kUp = ["var(--up-2)", "var(--up-3)", "var(--up-4)", "var(--up-5)"];
const kDown = ["var(--down-1)", "var(--down-2)", "var(--down-3)", "var(--down-4)"];
export const kNeutral = "var(--neutral)";

/**
 * Classes for changes of very different size: four on each side of zero whose bounds go 1, 3, 10,
 * 30, and one for "hardly any" between them. The top bound is the first that leaves no more than
 * one value in twenty (and at least the largest three times) beyond it, so it seldom moves while a slider does.
 */
export function diverging(values: (number | null)[]): Diverging {
  const sizes = values.filter((value): value is number => value !== null && Number.isFinite(value))
    .map(Math.abs).sort((a, b) => b - a);
  const largest = sizes[0] ?? 0;
  let top = 1e-5;
  const steps = [1, 3];
  for (let place = 0; top < largest / 3.4 && top < 10; place += 1) top = steps[place % 2]! * 10 ** (Math.floor(place / 2) - 5);
  // Four bounds down from the top, in the pattern of 1 and 3.
  const bounds: number[] = [];
  let bound = top;
  for (let place = 0; place < 4; place += 1) {
    bounds.unshift(bound);
    const lead = Math.round(bound / 10 ** Math.floor(Math.log10(bound) + 1e-9));
    bound = lead === 1 ? (bound * 3) / 10 : bound / 3;
  }
  const rounded = bounds.map((one) => Number(one.toPrecision(1)));
  return {
    bounds: rounded,
    colour(value) {
      const size = Math.abs(value);
      const steps_up = rounded.filter((one) => size >= one).length;
      return steps_up === 0 ? kNeutral : (value > 0 ? kUp : kDown)[steps_up - 1]!;
    },
  };
}

/** Decimals of percent that tell a bound from its neighbours. */
export function percent_digits(bound: number): number {
  return Math.max(0, Math.min(4, -Math.floor(Math.log10(bound * 100) + 1e-9)));
}
