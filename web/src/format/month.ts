/** Months are "2017-02", windows "2017-02..2017-07", days "2017-10-06", as the engine writes them. */
export class MonthFormat {
  constructor(private readonly tag: string) {}

  /** "2017-02" -> "February 2017" or, short, "Feb 2017". Anything else is returned as it is. */
  month(text: string, style: "long" | "short" = "long"): string {
    const date = month_date(text);
    return date ? this.format(date, { month: style, year: "numeric" }) : text;
  }

  /** "2017-02..2017-07" -> "February–July 2017". */
  window(text: string, style: "long" | "short" = "long"): string {
    const [first, last] = text.split("..");
    if (!first || !last) return this.month(text, style);
    const from = month_date(first);
    const to = month_date(last);
    if (!from || !to) return text;
    if (first === last) return this.month(first, style);
    const same_year = from.getUTCFullYear() === to.getUTCFullYear();
    if (same_year && from.getUTCMonth() === 0 && to.getUTCMonth() === 11) return first.slice(0, 4);
    // One year is said once: before the months in Kazakh, after them elsewhere.
    const dated = { month: style, year: "numeric" } as const;
    const [start, end] = !same_year ? [dated, dated] : this.tag.startsWith("kk") ? [dated, { month: style }] : [{ month: style }, dated];
    return `${this.format(from, start)}–${this.format(to, end)}`;
  }

  /** "2017-10-06" -> "6 October 2017"; a year or a month is shown as such. */
  day(text: string): string {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return this.month(text);
    return this.format(new Date(`${text}T00:00:00Z`), { day: "numeric", month: "long", year: "numeric" });
  }

  private format(date: Date, options: Intl.DateTimeFormatOptions): string {
    if (this.tag.startsWith("kk")) return kazakh_date(date, options);
    return new Intl.DateTimeFormat(this.tag, { ...options, timeZone: "UTC" })
      .format(date).replace(/\s*г\.$/, "").replace(/\.(?=\s|$)/, "");
  }
}

const kKazakhMonths = ["қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"];

/** Browsers differ in whether they know the names of Kazakh months. */
function kazakh_date(date: Date, { day, month, year }: Intl.DateTimeFormatOptions): string {
  const name = kKazakhMonths[date.getUTCMonth()]!;
  return [year ? String(date.getUTCFullYear()) : "", day ? String(date.getUTCDate()) : "", month === "short" ? name.slice(0, 3) : name]
    .filter(Boolean).join(" ");
}

/** The first day of a month in UTC; null for anything that is no month. */
export function month_date(text: string): Date | null {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? new Date(`${text}-01T00:00:00Z`) : null;
}
