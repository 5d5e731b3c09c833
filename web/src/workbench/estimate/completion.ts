/** A name that a formula may hold. */
export interface Candidate {
  name: string;
  kind: "column" | "agreement" | "function";
}

export const kFunctions: Candidate[] = ["log", "I", "i", "sw", "csw", "sw0", "csw0", "etwfe", "sunab"].map((name) => ({ name: `${name}(`, kind: "function" }));

/** The word that ends at `place`, where it starts, and the names that begin with it. */
export function completions(formula: string, place: number, names: Candidate[]): { from: number; word: string; found: Candidate[] } {
  const word = /[A-Za-z_][\w.]*$/.exec(formula.slice(0, place))?.[0] ?? "";
  const from = place - word.length;
  const low = word.toLowerCase();
  const found = low ? names.filter((one) => one.name.toLowerCase().startsWith(low) && one.name.toLowerCase() !== low) : [];
  return { from, word, found: found.slice(0, 8) };
}

/** The formula with the word before `place` replaced, and where the caret goes. */
export function complete(formula: string, place: number, name: string): { formula: string; place: number } {
  const { from } = completions(formula, place, []);
  return { formula: formula.slice(0, from) + name + formula.slice(place), place: from + name.length };
}
