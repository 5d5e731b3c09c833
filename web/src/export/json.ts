import type { CheckResult } from "../result/check_result";
import type { Table } from "../result/table";

/** The table with what is needed to read it alone: titles, units, claim, version and command. */
export function table_json(table: Table, result: CheckResult): string {
  return JSON.stringify(
    {
      id: table.id,
      title: table.title,
      note: table.note,
      claim: { id: result.claim.id, in_our_words: result.claim.in_our_words },
      version: result.run.version,
      command: result.run.command,
      columns: table.columns,
      rows: table.rows.map((row) => row.cells),
    },
    null, 1) + "\n";
}
