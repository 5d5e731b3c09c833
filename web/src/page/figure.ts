import type { Chart } from "../charts/frame";
import { font_rules, light_palette, png_of, standalone_svg } from "../export/picture";
import { save_file } from "../export/save";
import { table_csv } from "../export/csv";
import { table_json } from "../export/json";
import type { Table } from "../result/table";
import { data_table } from "./data_table";
import { element } from "./dom";
import { chart_context, type View } from "./view";

const kPictureWidth = 820;

export interface FigureSpec {
  id: string;
  title: string;
  subtitle: string;
  source: string;
  table: Table;
  /** Of the heading, one below that of the section it stands in. */
  level: "h3" | "h4";
  /** Without a chart the figure is its table. */
  chart?: Chart;
}

function download_button(kind: string, spec: FigureSpec, view: View, save: () => void): HTMLElement {
  return element("button", {
    type: "button", "data-download": kind.toLowerCase(), "aria-label": view.locale.text.data_as(kind, spec.title), onclick: save,
  }, kind);
}

/**
 * A figure with its title, unit and source, its data as CSV and JSON, the picture as SVG and PNG,
 * and a switch between chart and table. The chart is drawn again when its width changes.
 */
export function figure(spec: FigureSpec, view: View): HTMLElement {
  const { locale, result } = view;
  const { text } = locale;
  const credit = [spec.source ? `${text.source}: ${spec.source}` : "", spec.table.note].filter(Boolean).join(". ");
  const file = `${result.claim.id || "altyn"}-${spec.id.replaceAll("_", "-")}`;
  const drawn = spec.chart?.(spec.table, chart_context(view, kPictureWidth)) ?? null;

  const stage = element("div", { class: "stage" });
  const table = data_table(spec.table, locale);
  const buttons: HTMLElement[] = [];
  if (spec.chart && drawn) {
    const chart = spec.chart;
    let width = 0;
    const redraw = (wanted: number) => {
      if (wanted < 40 || Math.abs(wanted - width) < 1) return;
      width = wanted;
      const svg = chart(spec.table, chart_context(view, width));
      if (!svg) return;
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", text.chart_of(`${spec.title}. ${spec.subtitle}`));
      stage.replaceChildren(svg);
    };
    new ResizeObserver((entries) => redraw(Math.floor(entries[0]!.contentRect.width))).observe(stage);
    table.hidden = true;
    const toggle = element("button", { type: "button", class: "toggle", "aria-pressed": "false" }, text.show_table);
    toggle.addEventListener("click", () => {
      table.hidden = !table.hidden;
      stage.hidden = !table.hidden;
      toggle.setAttribute("aria-pressed", String(stage.hidden));
      toggle.textContent = stage.hidden ? text.show_chart : text.show_table;
    });
    buttons.push(toggle);
  }
  buttons.push(
    download_button("CSV", spec, view, () => save_file(`${file}.csv`, table_csv(spec.table), "text/csv")),
    download_button("JSON", spec, view, () => save_file(`${file}.json`, table_json(spec.table, result), "application/json")),
  );
  if (spec.chart && drawn) {
    const chart = spec.chart;
    const picture = (fonts: string) => standalone_svg(
      chart(spec.table, chart_context(view, kPictureWidth))!,
      { title: spec.title, subtitle: spec.subtitle, source: credit },
      light_palette(), fonts);
    buttons.push(
      download_button("SVG", spec, view, () => save_file(`${file}.svg`, picture(""), "image/svg+xml")),
      download_button("PNG", spec, view, () =>
        void png_of(picture(font_rules())).then((blob) => save_file(`${file}.png`, blob))),
    );
  }
  return element("figure", { id: `figure-${spec.id}`, class: "figure" },
    element("figcaption", {},
      element(spec.level, {}, spec.title),
      spec.subtitle ? element("p", { class: "subtitle" }, spec.subtitle) : null),
    drawn ? stage : null,
    table,
    element("div", { class: "foot" },
      element("p", { class: "source" }, credit),
      element("div", { class: "tools", role: "group", "aria-label": text.download }, ...buttons)));
}
