/**
 * A small XML reader for files that people have: forgiving about what does not matter, and closed to what is dangerous.
 *
 * A document type is skipped, so no entity can be declared, and nothing is fetched. An end tag that fits nothing is ignored, a missing one
 * is put in. Names lose their prefix: QTI and Office files choose theirs freely.
 */

import { decodeEntities } from "./html";
import { Refusal, XML_DEPTH, XML_NODES } from "./limits";

export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
}

const NAME = /[^\s/>=]+/y;
const ATTRIBUTE = /\s*([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?/y;

/**
 * The root of a document.
 *
 * @throws Refusal where there is none, or where it is too deep or has too many parts
 */
export function parseXml(text: string): Element {
  const reader = new Reader(text);
  const top = reader.read();
  const root = top.children.find((child) => typeof child !== "string");
  if (!root) throw new Refusal("not_xml");
  return root;
}

class Reader {
  private at = 0;
  private nodes = 0;
  private readonly top: Element = { name: "", attributes: {}, children: [] };
  private readonly stack: Element[] = [this.top];

  constructor(private readonly text: string) {}

  read(): Element {
    const { text } = this;
    while (this.at < text.length) {
      const open = text.indexOf("<", this.at);
      if (open < 0) {
        this.chars(text.slice(this.at));
        break;
      }
      if (open > this.at) this.chars(text.slice(this.at, open));
      this.at = open;
      this.markup();
    }
    return this.top;
  }

  private markup(): void {
    const { text } = this;
    if (text.startsWith("<!--", this.at)) this.skipPast("-->");
    else if (text.startsWith("<![CDATA[", this.at)) {
      const start = this.at + 9;
      this.skipPast("]]>");
      this.add(text.slice(start, text.endsWith("]]>", this.at) ? this.at - 3 : this.at));
    } else if (text.startsWith("<?", this.at)) this.skipPast("?>");
    else if (text.startsWith("<!", this.at)) this.doctype();
    else if (text[this.at + 1] === "/") this.end();
    else if (/[A-Za-z_:]/.test(text[this.at + 1] ?? "")) this.start();
    else {
      this.add("<");
      this.at++;
    }
  }

  private skipPast(mark: string): void {
    const end = this.text.indexOf(mark, this.at + 2);
    this.at = end < 0 ? this.text.length : end + mark.length;
  }

  private doctype(): void {
    const end = this.text.indexOf(">", this.at);
    const subset = this.text.indexOf("[", this.at);
    if (subset >= 0 && subset < end) {
      const close = /\]\s*>/g;
      close.lastIndex = subset;
      this.at = close.exec(this.text) ? close.lastIndex : this.text.length;
    } else this.at = end < 0 ? this.text.length : end + 1;
  }

  private start(): void {
    NAME.lastIndex = this.at + 1;
    const name = NAME.exec(this.text)?.[0] ?? "";
    this.at = NAME.lastIndex || this.at + 1;
    const element: Element = { name: local(name), attributes: {}, children: [] };
    for (;;) {
      ATTRIBUTE.lastIndex = this.at;
      const found = ATTRIBUTE.exec(this.text);
      if (!found) break;
      this.at = ATTRIBUTE.lastIndex;
      element.attributes[local(found[1]!)] = decodeEntities(found[2] ?? found[3] ?? found[4] ?? "");
    }
    while (/[\s/=]/.test(this.text[this.at] ?? "")) this.at++;
    const empty = this.text[this.at - 1] === "/";
    if (this.text[this.at] === ">") this.at++;
    this.add(element);
    if (empty) return;
    this.stack.push(element);
    if (this.stack.length > XML_DEPTH) throw new Refusal("too_deep");
  }

  private end(): void {
    const close = this.text.indexOf(">", this.at);
    const name = local(this.text.slice(this.at + 2, close < 0 ? undefined : close).trim());
    this.at = close < 0 ? this.text.length : close + 1;
    const opened = this.stack.findLastIndex((element) => element.name === name);
    if (opened > 0) this.stack.length = opened;
  }

  private chars(text: string): void {
    this.add(decodeEntities(text));
  }

  private add(child: Element | string): void {
    if (++this.nodes > XML_NODES) throw new Refusal("too_many_parts");
    this.stack.at(-1)!.children.push(child);
  }
}

const local = (name: string) => name.slice(name.lastIndexOf(":") + 1);

/** The children of this name. */
export function all(element: Element | undefined, name: string): Element[] {
  return (element?.children ?? []).filter(
    (child): child is Element => typeof child !== "string" && child.name === name,
  );
}

/** The first child of this name. */
export function first(element: Element | undefined, ...path: string[]): Element | undefined {
  return path.reduce<Element | undefined>((at, name) => all(at, name)[0], element);
}

/** All below it of this name, in the order of the document; below a found one none is looked for. */
export function below(element: Element | undefined, name: string): Element[] {
  const found: Element[] = [];
  for (const child of element?.children ?? []) {
    if (typeof child === "string") continue;
    if (child.name === name) found.push(child);
    else found.push(...below(child, name));
  }
  return found;
}

/** The text in it; what stands there as elements comes as the HTML that it was. */
export function inner(element: Element | undefined): string {
  return (element?.children ?? []).map((child) => (typeof child === "string" ? child : outer(child))).join("");
}

function outer({ name, attributes, children }: Element): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${value.replaceAll('"', "&quot;")}"`);
  return `<${name}${list.join("")}>${children.length > 0 ? `${inner({ name, attributes, children })}</${name}>` : VOID.has(name) ? "" : `</${name}>`}`;
}

const VOID = new Set(["br", "hr", "img", "input", "col", "wbr"]);
