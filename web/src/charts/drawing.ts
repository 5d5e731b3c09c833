const kSpace = "http://www.w3.org/2000/svg";

/**
 * SVG that stands in no document: cheap to make at every movement of a slider, and to compare with the
 * one before. Nothing in it listens.
 */
export interface Drawing {
  tag: string;
  attributes: Record<string, string>;
  children: (Drawing | string)[];
}

/** A part of a drawing; null attributes and children are left out. */
export function svg(
  tag: keyof SVGElementTagNameMap, given: Record<string, string | number | null | undefined> = {}, ...children: (Drawing | string | null)[]
): Drawing {
  const attributes: Record<string, string> = {};
  for (const name in given) {
    const value = given[name];
    if (value !== null && value !== undefined) attributes[name] = String(value);
  }
  return { tag, attributes, children: children.filter((child) => child !== null) };
}

/** The drawing as a node. */
export function realised(drawing: Drawing): SVGElement {
  const node = document.createElementNS(kSpace, drawing.tag) as SVGElement;
  for (const name in drawing.attributes) node.setAttribute(name, drawing.attributes[name]!);
  for (const child of drawing.children) node.append(typeof child === "string" ? child : realised(child));
  return node;
}

/** What a chart gives, as a node. */
export function picture_node(picture: SVGSVGElement | Drawing): SVGSVGElement {
  return picture instanceof Element ? picture : realised(picture) as SVGSVGElement;
}

/** Makes the node of `before` that of `next`; the browser is asked for nothing that stays as it is. */
export function redraw(node: Element, before: Drawing, next: Drawing): void {
  if (before === next) return;
  for (const name in next.attributes) {
    const value = next.attributes[name]!;
    if (before.attributes[name] !== value) node.setAttribute(name, value);
  }
  for (const name in before.attributes) if (!(name in next.attributes)) node.removeAttribute(name);
  let child = node.firstChild;
  next.children.forEach((wanted, place) => {
    const had = before.children[place];
    const following = child?.nextSibling ?? null;
    if (child === null || had === undefined) node.append(typeof wanted === "string" ? wanted : realised(wanted));
    else if (typeof wanted === "string" && typeof had === "string") {
      if (wanted !== had) child.nodeValue = wanted;
    } else if (typeof wanted !== "string" && typeof had !== "string" && wanted.tag === had.tag) redraw(child as Element, had, wanted);
    else child.replaceWith(typeof wanted === "string" ? wanted : realised(wanted));
    child = following;
  });
  while (child) {
    const following: ChildNode | null = child.nextSibling;
    child.remove();
    child = following;
  }
}
