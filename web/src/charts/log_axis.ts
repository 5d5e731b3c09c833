const kRound = [0, 1, -0.5, 0.5, 2, -0.75, -0.3, 0.2, -0.2, 4, 9, 0.1, -0.1, -0.9, 24, 99];

/**
 * Ticks of an axis that is laid out in logs (so that parts add) but read in percent: growth rates
 * inside the domain, about `count` of them, nought among them. Over a narrow domain they are evenly
 * spaced in percent; over a wide one they are round rates at least a count-th of the domain apart.
 */
export function growth_ticks(domain: [number, number], count: number): { at: number; growth: number }[] {
  const [low, high] = domain.map(Math.expm1) as [number, number];
  let rates: number[] = [];
  if (domain[1] - domain[0] < 0.9) {
    const step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2].find((size) => (high - low) / size <= count) ?? 0.5;
    for (let place = Math.ceil(low / step); place <= Math.floor(high / step); place += 1) rates.push(place * step);
  } else {
    const apart = (domain[1] - domain[0]) / (count + 1);
    for (const rate of kRound) {
      const far = rates.every((chosen) => Math.abs(Math.log1p(chosen) - Math.log1p(rate)) >= apart);
      if (rate >= low && rate <= high && far) rates.push(rate);
    }
  }
  rates = rates.filter((rate) => rate > -1).sort((a, b) => a - b);
  return rates.map((growth) => ({ at: Math.log1p(growth), growth }));
}
