import type { Cell, Table } from "../result/table";

function field(cell: Cell): string {
  if (cell === null) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The table as RFC 4180: one header row of column names, blanks for what is not known. */
export function table_csv(table: Table): string {
  const lines = [table.columns.map((column) => column.name), ...table.rows.map((row) => row.cells)];
  return lines.map((cells) => table.columns.map((_, place) => field(cells[place] ?? null)).join(",")).join("\r\n") + "\r\n";
}
