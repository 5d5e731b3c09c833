/**
 * Width of a text in pixels, from the average widths of a humanist sans. Good to a few percent,
 * which is all that margins need, and the same in a browser, in a test and in an exported file.
 */
export function text_width(text: string, size: number): number {
  let ems = 0;
  for (const letter of text) {
    ems += /[ilj.,:;'|!()\s]/.test(letter) ? 0.27
      : /[mwMW@%—ЖШЩЮФжшщюфм]/.test(letter) ? 0.8
      : /[A-ZА-Я]/.test(letter) ? 0.6
      : 0.51;
  }
  return ems * size;
}

/** Breaks a text into lines no wider than `width` pixels; a single long word is left whole. */
export function wrap_text(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && text_width(longer, size) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line) lines.push(line);
  return lines;
}
