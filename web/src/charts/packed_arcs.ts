/** Letters of a packed line: the first half end a number, the others say that it goes on. */
export const kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/!#$%&()*,-.:;=?@[]^_{|}~";
export const kHalf = Math.floor(kDigits.length / 2);

/** Arcs of a topology from their packed form (bundle/packed.ts): points as steps, the first from the corner. */
export function unpacked(text: string): [number, number][][] {
  return text.split(" ").map((arc) => {
    const numbers: number[] = [];
    let value = 0;
    let weight = 1;
    for (const letter of arc) {
      const digit = kDigits.indexOf(letter);
      value += (digit % kHalf) * weight;
      weight *= kHalf;
      if (digit >= kHalf) continue;
      numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
      value = 0;
      weight = 1;
    }
    return Array.from({ length: numbers.length / 2 }, (_, place): [number, number] => [numbers[2 * place]!, numbers[2 * place + 1]!]);
  });
}
