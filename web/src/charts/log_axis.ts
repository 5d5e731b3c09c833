/**
 * Ticks of an axis that is laid out in logs (so that parts add) but read in percent: round growth
 * rates inside the domain, about `count` of them, nought among them.
 */
export function growth_ticks(domain: [number, number], count: number): { at: number; growth: number }[] {
  const [low, high] = domain.map(Math.expm1) as [number, number];
  const step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
    .find((size) => (high - low) / size <= count) ?? 20;
  const ticks = [];
  for (let place = Math.ceil(low / step); place <= Math.floor(high / step); place += 1) {
    const growth = place * step;
    if (growth > -1) ticks.push({ at: Math.log1p(growth), growth });
  }
  return ticks;
}
