type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

/** An element with attributes ("onclick" takes a function), text and children; null children are left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

/** A cell of a table; a long text asks for a wider column on a narrow screen. */
export function text_cell(content: Node | string): HTMLTableCellElement {
  const length = typeof content === "string" ? content.length : (content.textContent ?? "").length;
  return element("td", { class: length > 32 ? "long" : "" }, content);
}

/** A link for a web address; plain text for anything else, so that data cannot smuggle a script. */
export function link(text: string, address: string): Node {
  if (!/^https?:\/\/[^\s]+$/i.test(address)) return document.createTextNode(text);
  return element("a", { href: address, rel: "noopener noreferrer" }, text);
}
