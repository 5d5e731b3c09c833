const kSpace = "http://www.w3.org/2000/svg";

type Attributes = Record<string, string | number | null | undefined>;

/** An SVG element with attributes and children; null attributes and children are left out. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: (Node | string | null)[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS(kSpace, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null) node.append(child);
  return node;
}
