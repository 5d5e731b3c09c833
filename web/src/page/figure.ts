import { picture_node, redraw, type Drawing } from "../charts/drawing";
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

/** A figure whose table may be replaced, for pages that compute while they are read. */
export interface LiveFigure {
  element: HTMLElement;
  /** Shows another table, under other words if given. Out of sight it is drawn when it comes into view. */
  update(table: Table, words?: Partial<Pick<FigureSpec, "title" | "subtitle" | "source" | "chart">>): void;
}

/** How the figure is quoted: title, source, version, and the command that gives it again. */
export function citation(spec: FigureSpec, view: View): string {
  const { run } = view.result;
  const address = /^https?:/.test(location.href) ? location.href : "";
  return [spec.title, spec.source ? `${view.locale.text.source}: ${spec.source}` : "",
    run.version ? `Altyn ${run.version}` : "Altyn", run.command, address].filter(Boolean).join(". ");
}

/** The same words again would be laid out again. */
function say(node: HTMLElement, words: string): void {
  if (node.textContent !== words) node.textContent = words;
}

/**
 * A figure with its title, unit and source, its data as CSV and JSON, the picture as SVG and PNG, a
 * citation, and a switch between chart and table. The chart is drawn again when its width changes.
 */
export function live_figure(given: FigureSpec, view: View): LiveFigure {
  let spec = given;
  const { locale } = view;
  const { text } = locale;
  const credit = () => [spec.source ? `${text.source}: ${spec.source}` : "", spec.table.note].filter(Boolean).join(". ");
  const file = `${view.result.claim.id || "altyn"}-${spec.id.replaceAll("_", "-")}`;
  const drawn = spec.chart?.(spec.table, chart_context(view, kPictureWidth)) ?? null;

  const heading = element(spec.level, {}, spec.title);
  const subtitle = element("p", { class: "subtitle" }, spec.subtitle);
  const source = element("p", { class: "source" }, credit());
  const quoted = element("p", { class: "citation", hidden: true });
  const stage = element("div", { class: "stage" });
  let table = data_table(spec.table, locale);
  let table_stale = false;
  let width = 0;
  let observer: IntersectionObserver | null = null;
  let seen = true;
  let stale = false;
  const buttons: HTMLElement[] = [];
  /** What is on the stage, where it may be changed in place. */
  let drawing: Drawing | null = null;
  let named = "";
  const draw = () => {
    stale = false;
    const picture = spec.chart && width >= 40 ? spec.chart(spec.table, chart_context(view, width)) : null;
    if (!picture) return;
    const before = drawing;
    drawing = picture instanceof Element ? null : picture;
    if (before && drawing) redraw(stage.firstElementChild!, before, drawing);
    else stage.replaceChildren(picture_node(picture));
    const name = text.chart_of(`${spec.title}. ${spec.subtitle}`);
    if (before && drawing && name === named) return;
    named = name;
    stage.firstElementChild!.setAttribute("role", "img");
    stage.firstElementChild!.setAttribute("aria-label", name);
  };
  const fresh_table = () => {
    if (!table_stale) return;
    const next = data_table(spec.table, locale);
    next.hidden = table.hidden;
    table.replaceWith(next);
    table = next;
    table_stale = false;
  };
  if (drawn) {
    new ResizeObserver((entries) => {
      const wanted = Math.floor(entries[0]!.contentRect.width);
      if (wanted < 40 || Math.abs(wanted - width) < 1) return;
      width = wanted;
      draw();
    }).observe(stage);
    table.hidden = true;
    const toggle = element("button", { type: "button", class: "toggle", "aria-pressed": "false" }, text.show_table);
    toggle.addEventListener("click", () => {
      fresh_table();
      table.hidden = !table.hidden;
      stage.hidden = !table.hidden;
      toggle.setAttribute("aria-pressed", String(stage.hidden));
      toggle.textContent = stage.hidden ? text.show_chart : text.show_table;
    });
    buttons.push(toggle);
  }
  const download = (kind: string, save: () => void) => buttons.push(element("button", {
    type: "button", "data-download": kind.toLowerCase(), "aria-label": text.data_as(kind, spec.title), onclick: save,
  }, kind));
  download("CSV", () => save_file(`${file}.csv`, table_csv(spec.table), "text/csv"));
  download("JSON", () => save_file(`${file}.json`, table_json(spec.table, view.result), "application/json"));
  if (drawn) {
    const picture = (fonts: string) => standalone_svg(
      picture_node(spec.chart!(spec.table, chart_context(view, kPictureWidth))!),
      { title: spec.title, subtitle: spec.subtitle, source: credit() },
      light_palette(), fonts);
    download("SVG", () => save_file(`${file}.svg`, picture(""), "image/svg+xml"));
    download("PNG", () => void png_of(picture(font_rules())).then((blob) => save_file(`${file}.png`, blob)));
  }
  buttons.push(element("button", { type: "button", class: "cite", "aria-label": text.cite_figure(spec.title), onclick: () => {
    quoted.textContent = citation(spec, view);
    quoted.hidden = !quoted.hidden;
    if (!quoted.hidden) navigator.clipboard?.writeText(quoted.textContent).catch(() => getSelection()?.selectAllChildren(quoted));
  } }, text.cite));
  const root = element("figure", { id: `figure-${spec.id}`, class: "figure" },
    element("figcaption", {}, heading, spec.subtitle ? subtitle : null),
    drawn ? stage : null,
    table,
    element("div", { class: "foot" }, source,
      element("div", { class: "tools", role: "group", "aria-label": text.download }, ...buttons)),
    quoted);
  return {
    element: root,
    update(next, words) {
      spec = { ...spec, ...words, table: next };
      say(heading, spec.title);
      say(subtitle, spec.subtitle);
      say(source, credit());
      quoted.hidden = true;
      table_stale = true;
      if (!table.hidden) fresh_table();
      stale = true;
      if (!observer) {
        observer = new IntersectionObserver((entries) => {
          seen = entries[entries.length - 1]!.isIntersecting;
          if (seen && stale) draw();
        }, { rootMargin: "100px" });
        observer.observe(root);
      }
      if (seen) draw();
    },
  };
}

/** A figure that stays as it is. */
export function figure(spec: FigureSpec, view: View): HTMLElement {
  return live_figure(spec, view).element;
}
