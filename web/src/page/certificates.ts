import type { Certificate } from "../result/check_result";
import { scroll_frame } from "./data_table";
import { element } from "./dom";
import type { View } from "./view";

/** One row per block of equations: residual against tolerance, in the equations' own terms. */
export function certificate_table(label: string, certificates: Certificate[], view: View): HTMLElement {
  const { text, number } = view.locale;
  const heads = [text.certificate_subject, text.certificate_block, text.certificate_residual, text.certificate_tolerance,
    text.certificate_measure, text.certificate_worst, text.certificate_holds];
  return scroll_frame(label, element("table", {},
    element("thead", {}, element("tr", {}, ...heads.map((name, place) =>
      element("th", { scope: "col", class: place === 2 || place === 3 ? "number" : "" }, name)))),
    ...certificates.map((certificate) => element("tbody", {}, ...certificate.blocks.map((block, place) => {
      const holds = block.residual >= 0 && block.residual <= block.tolerance;
      const more = [certificate.closure && `${text.closure}: ${certificate.closure}`,
        certificate.numeraire && `${text.numeraire}: ${certificate.numeraire}`,
        text.iterations(number.plain(certificate.iterations))].filter(Boolean).join("; ");
      return element("tr", {},
        place === 0
          ? element("th", { scope: "rowgroup", rowspan: certificate.blocks.length, class: "subject" },
              certificate.subject, element("span", { class: "unit" }, more))
          : null,
        element("td", {}, block.name),
        element("td", { class: "number" }, number.residual(block.residual)),
        element("td", { class: "number" }, number.residual(block.tolerance)),
        element("td", {}, block.measure),
        element("td", {}, block.worst),
        element("td", { class: holds ? "" : "fails" }, holds ? text.yes : text.no));
    })))));
}
