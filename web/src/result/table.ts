export type Cell = string | number | boolean | null;

export interface Column {
  name: string;
  label: string;
  unit: string;
}

/** A table as it stands in the result JSON. */
export interface RawTable {
  title?: string;
  note?: string;
  columns?: { name: string; label?: string; unit?: string }[];
  rows?: Cell[][];
}

/** One row, read by column name. A column that is absent reads as null. */
export class Row {
  constructor(private readonly places: Map<string, number>, readonly cells: Cell[]) {}

  cell(name: string): Cell {
    const place = this.places.get(name);
    return place === undefined ? null : (this.cells[place] ?? null);
  }

  /** The number in a column; null where it is blank or no finite number. */
  number(name: string): number | null {
    const cell = this.cell(name);
    return typeof cell === "number" && Number.isFinite(cell) ? cell : null;
  }

  /** The text of a column; "" where it is blank. */
  text(name: string): string {
    const cell = this.cell(name);
    return cell === null ? "" : String(cell);
  }

  flag(name: string): boolean {
    return this.cell(name) === true;
  }
}

/** A named table of the result: what a chart is drawn from and what its download holds. */
export class Table {
  readonly title: string;
  readonly note: string;
  readonly columns: Column[];
  readonly rows: Row[];

  constructor(readonly id: string, raw: RawTable) {
    this.title = raw.title ?? "";
    this.note = raw.note ?? "";
    this.columns = (raw.columns ?? []).map((column) => ({
      name: column.name,
      label: column.label || column.name,
      unit: column.unit ?? "",
    }));
    const places = new Map(this.columns.map((column, place) => [column.name, place]));
    this.rows = (raw.rows ?? []).map((cells) => new Row(places, cells));
  }

  has(...names: string[]): boolean {
    return names.every((name) => this.columns.some((column) => column.name === name));
  }
}
