import { wrap_text } from "../format/text_width";

const kSpace = "http://www.w3.org/2000/svg";
const kFontStack = "'Source Sans 3', 'Source Sans Pro', 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** What stands around a chart that leaves the page. */
export interface Caption {
  title: string;
  subtitle: string;
  source: string;
}

/** Every colour variable of the light palette, read from the style sheet. */
export function light_palette(): Map<string, string> {
  const probe = document.createElement("div");
  probe.className = "light-palette";
  probe.hidden = true;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const names = ["ink", "ink-2", "ink-3", "grid", "rule", "paper", "panel", "evidence", "evidence-soft", "claim", "claim-soft",
    "other", "other-soft", "up-1", "up-2", "up-3", "up-4", "up-5", "down-1", "down-2", "down-3", "down-4",
    "neutral", "no-data", "sea", "hatch"];
  const palette = new Map(names.map((name) => [`--${name}`, style.getPropertyValue(`--${name}`).trim()]));
  probe.remove();
  return palette;
}

/** Replaces var(--name) by its colour, so that the file needs no style sheet. */
export function resolve_colours(markup: string, palette: Map<string, string>): string {
  return markup.replace(/var\((--[\w-]+)\)/g, (whole, name: string) => palette.get(name) || whole);
}

/** The chart with its title, unit and source as one SVG file, in the light palette. */
export function standalone_svg(chart: SVGSVGElement, caption: Caption, palette: Map<string, string>, style = ""): string {
  const chart_width = Number(chart.getAttribute("width"));
  const chart_height = Number(chart.getAttribute("height"));
  const margin = 28;
  const width = chart_width + 2 * margin;
  const root = document.createElementNS(kSpace, "svg");
  let y = margin;
  const write = (text: string, size: number, weight: number, fill: string) => {
    for (const line of wrap_text(text, chart_width * 0.97, size * (weight > 600 ? 1.06 : 1))) {
      y += size * 1.25;
      const node = document.createElementNS(kSpace, "text");
      for (const [name, value] of Object.entries({
        x: margin, y: Math.round(y), "font-size": size, "font-weight": weight, fill: `var(${fill})`,
      })) node.setAttribute(name, String(value));
      node.textContent = line;
      root.append(node);
    }
  };
  write(caption.title, 21, 650, "--ink");
  y += 4;
  write(caption.subtitle, 15, 400, "--ink-2");
  y += 18;
  const inner = chart.cloneNode(true) as SVGSVGElement;
  inner.setAttribute("x", String(margin));
  inner.setAttribute("y", String(Math.round(y)));
  inner.removeAttribute("aria-label");
  inner.removeAttribute("role");
  root.append(inner);
  y += chart_height + 10;
  write(caption.source, 13, 400, "--ink-3");
  y += margin * 0.8;
  const height = Math.round(y);
  for (const [name, value] of Object.entries({
    width, height, viewBox: `0 0 ${width} ${height}`, "font-family": kFontStack,
  })) root.setAttribute(name, String(value));
  const ground = document.createElementNS(kSpace, "rect");
  for (const [name, value] of Object.entries({ width, height, fill: "var(--paper)" })) ground.setAttribute(name, String(value));
  root.prepend(ground);
  if (style) {
    const sheet = document.createElementNS(kSpace, "style");
    sheet.textContent = style;
    root.prepend(sheet);
  }
  return resolve_colours(new XMLSerializer().serializeToString(root), palette);
}

/** The page's own @font-face rules: an SVG drawn as an image sees no fonts but those inside it. */
export function font_rules(): string {
  const rules: string[] = [];
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) if (rule instanceof CSSFontFaceRule) rules.push(rule.cssText);
  }
  return rules.join("\n");
}

/** Draws an SVG file into a PNG of twice its size. */
export async function png_of(svg: string): Promise<Blob> {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width * 2;
    canvas.height = image.height * 2;
    const pen = canvas.getContext("2d")!;
    pen.scale(2, 2);
    pen.drawImage(image, 0, 0);
    return await new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("the canvas is empty"))), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}
