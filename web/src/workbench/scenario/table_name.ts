const kEndings = [".csv.gz", ".tsv.gz", ".csv", ".tsv", ".parquet"];

/** A file's name as the server takes it: letters, digits, - and _, then the ending it is read by. */
export function table_name(file: string): string {
  const ending = kEndings.find((one) => file.toLowerCase().endsWith(one)) ?? /\.[^.]*$/.exec(file)?.[0] ?? "";
  const plain = file.slice(0, file.length - ending.length).replace(/[^A-Za-z0-9_-]+/g, "_").replace(/^[_-]+/, "").slice(0, 60);
  return (plain || "table") + ending.toLowerCase();
}
