/** Numbers as the report prints them: a true minus sign, one style per unit, "–" for unknown. */
export class NumberFormat {
  private readonly cache = new Map<string, Intl.NumberFormat>();

  constructor(private readonly tag: string) {}

  /** 0.384 -> "38.4%"; with `signed`, "+38.4%". */
  percent(value: number | null, digits = 1, signed = false): string {
    return this.with("percent", value, digits, signed);
  }

  /** 6182.9 -> "6,183". */
  plain(value: number | null, digits = 0, signed = false): string {
    return this.with("decimal", value, digits, signed);
  }

  /** Coefficients and log changes: three decimals, signed on request. */
  log(value: number | null, signed = false): string {
    return this.with("decimal", value, 3, signed);
  }

  /** 2.2e-13 -> "2.2e−13"; zero stays "0". */
  residual(value: number | null): string {
    if (value === null || !Number.isFinite(value)) return "–";
    return value === 0 ? "0" : value.toExponential(1).replace("-", "−").replace("+", "");
  }

  /** A share interval: "26% (24 to 31%)"; without a middle, "24 to 31%". */
  interval(low: number | null, mid: number | null, high: number | null, to: string): string {
    const range = low === null && high === null ? ""
      : low === null ? `… ${to} ${this.percent(high, 0)}`
      : high === null ? `${this.percent(low, 0)} ${to} …`
      : `${this.percent(low, 0)} ${to} ${this.percent(high, 0)}`;
    if (mid === null) return range || "–";
    return range ? `${this.percent(mid, 0)} (${range})` : this.percent(mid, 0);
  }

  private with(style: "percent" | "decimal", value: number | null, digits: number, signed: boolean): string {
    if (value === null || !Number.isFinite(value)) return "–";
    const key = `${style}${digits}${signed}`;
    let format = this.cache.get(key);
    if (!format) {
      format = new Intl.NumberFormat(this.tag, {
        style,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        signDisplay: signed ? "exceptZero" : "negative",
      });
      this.cache.set(key, format);
    }
    return format.format(value).replace("-", "−");
  }
}
