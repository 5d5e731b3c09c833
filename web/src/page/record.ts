import { save_file } from "../export/save";
import { certificate_table } from "./certificates";
import { scroll_frame } from "./data_table";
import { element, text_cell } from "./dom";
import { section } from "./evidence";
import { figures_of } from "./figures";
import type { Finding, Ledger, LedgerEntry } from "../result/check_result";
import type { View } from "./view";

function finding_list(findings: Finding[], view: View): HTMLElement {
  const { text } = view.locale;
  return element("ul", { class: "findings" }, ...findings.map((finding) =>
    element("li", { class: `severity-${finding.severity}` },
      element("strong", {}, `${text.severity[finding.severity] ?? finding.severity}. `),
      finding.sentence,
      finding.where ? element("span", { class: "where" }, ` ${finding.where}`) : null)));
}

/** Errors and warnings in full, notes behind a click. */
function findings(view: View): HTMLElement | null {
  const { text, number } = view.locale;
  const all = view.result.findings;
  if (!all.length) return null;
  const notes = all.filter((finding) => finding.severity === "note");
  const grave = all.filter((finding) => finding.severity !== "note");
  return element("div", { id: "findings" },
    element("h3", {}, text.findings),
    grave.length ? finding_list(grave, view) : null,
    notes.length
      ? element("details", {}, element("summary", {}, text.more_findings(number.plain(notes.length))), finding_list(notes, view))
      : null);
}

/** The way of the rows from the file to the estimate. */
export function ledger_table(ledger: Ledger, view: View): HTMLElement {
  const { text, number } = view.locale;
  const ledger_row = (entry: LedgerEntry, rows: number, kind: string) => element("tr", { class: kind },
    text_cell(kind ? `${text.ledger_note}: ${entry.stage}` : entry.stage), text_cell(entry.reason),
    element("td", { class: "number" }, number.plain(rows)),
    text_cell(entry.examples.join("; ")));
  return scroll_frame(ledger.title, element("table", {},
    element("thead", {}, element("tr", {},
      element("th", { scope: "col" }, text.ledger_step), element("th", { scope: "col" }, text.ledger_reason),
      element("th", { scope: "col", class: "number" }, text.ledger_rows), element("th", { scope: "col" }, text.ledger_examples))),
    element("tbody", {},
      element("tr", {}, element("td", {}, text.rows_read), element("td", {}), element("td", { class: "number" }, number.plain(ledger.rows_read)), element("td", {})),
      ...ledger.dropped.map((entry) => ledger_row(entry, -entry.rows, "")),
      element("tr", { class: "total" }, element("td", {}, text.rows_used), element("td", {}), element("td", { class: "number" }, number.plain(ledger.rows_used)), element("td", {})),
      ...ledger.notes.map((entry) => ledger_row(entry, entry.rows, "kept")))));
}

function ledgers(view: View): HTMLElement | null {
  const { text } = view.locale;
  if (!view.result.ledgers.length) return null;
  return element("div", { id: "ledgers" },
    element("h3", {}, text.ledgers),
    ...view.result.ledgers.flatMap((ledger) => [element("h4", {}, ledger.title), ledger_table(ledger, view)]));
}

function sources(view: View): HTMLElement | null {
  const { text } = view.locale;
  if (!view.result.sources.length) return null;
  return element("div", { id: "sources" },
    element("h3", {}, text.sources),
    scroll_frame(text.sources, element("table", {},
      element("thead", {}, element("tr", {}, ...[text.source_file, text.source_what, text.source_provider, text.source_licence, text.source_hash]
        .map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...view.result.sources.map((source) => element("tr", {},
        text_cell(source.file), text_cell(source.what), text_cell(source.provider), text_cell(source.licence),
        element("td", { class: "hash", title: source.sha256 }, source.sha256.slice(0, 12))))))));
}

/** Data: key results, what the checks found, rows used, certificates, sources. */
export function data_section(view: View): HTMLElement | null {
  const { text } = view.locale;
  const { number } = view.locale;
  const certificates = view.result.lines.flatMap((line) => line.certificates);
  const holding = certificates.filter((certificate) => certificate.holds).length;
  return section("data", text.section_data, "",
    ...figures_of("key_results", "", view), findings(view), ledgers(view),
    certificates.length
      ? element("div", { id: "certificates" }, element("h3", {}, text.all_certificates),
          element("p", {}, `${text.certificate_lead} ${text.certificates_hold(number.plain(holding), number.plain(certificates.length))}`),
          element("details", {}, element("summary", {}, text.show_each),
            certificate_table(text.all_certificates, certificates, view)))
      : null,
    sources(view));
}

export function methods_section(view: View): HTMLElement | null {
  const { methods } = view.result;
  return section("methods", view.locale.text.section_methods, "",
    methods.length
      ? element("dl", { class: "methods" }, ...methods.flatMap((method) =>
          [element("dt", {}, method.title), element("dd", {}, ...method.text.split(/\n\n+/).map((part) => element("p", {}, part)))]))
      : null);
}

/** The command, version, seed, options and hashes that give the same result again. */
export function run_section(view: View, raw: string): HTMLElement | null {
  const { text, number } = view.locale;
  const { run, claim } = view.result;
  const copy = element("button", { type: "button", class: "copy" }, text.copy);
  const command = element("code", {}, run.command);
  copy.addEventListener("click", () => {
    const said = () => {
      copy.textContent = text.copied;
      setTimeout(() => (copy.textContent = text.copy), 2000);
    };
    navigator.clipboard?.writeText(run.command).then(said, () => getSelection()?.selectAllChildren(command));
  });
  const options = Object.entries(run.options);
  const facts: [string, Node | string][] = [
    [text.run_version, run.version && `altyn ${run.version}`],
    [text.seed, run.seed === null ? "" : String(run.seed)],
    [text.run_draws, run.n_draws === null ? "" : number.plain(run.n_draws)],
    [text.run_inputs, run.inputs.length
      ? element("ul", { class: "hashes" }, ...run.inputs.map((input) =>
          element("li", {}, input.path, " ", element("span", { class: "hash" }, input.sha256)))) : ""],
    [text.run_options, options.length
      ? element("span", { class: "hash" }, options.map(([name, value]) => `${name} = ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ")) : ""],
  ];
  return section("reproduce", text.section_reproduce, text.same_bytes,
    run.command ? element("div", { class: "command" }, element("pre", { tabindex: 0, "aria-label": text.run_command }, command), copy) : null,
    element("dl", { class: "facts" }, ...facts.filter(([, value]) => value !== "")
      .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    element("p", {}, element("button", {
      type: "button", "data-download": "result",
      onclick: () => save_file(`${claim.id || "altyn"}.json`, raw, "application/json"),
    }, text.download_result)));
}
