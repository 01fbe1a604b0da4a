/** What an element gets: attributes, and handlers by the names of their events. */
type Properties = Record<string, string | number | boolean | undefined | ((event: never) => void)>

const SVG = 'http://www.w3.org/2000/svg'

/**
 * An element with its content. Text becomes text nodes, so that a name from a package is never markup.
 * @param properties undefined and false leave an attribute out
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), properties, content)
}

/** The same for SVG. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...content: (Node | string)[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS(SVG, tag) as SVGElementTagNameMap[Tag], properties, content)
}

function fill<E extends Element>(one: E, properties: Properties, content: (Node | string)[]): E {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') one.addEventListener(name, value as EventListener)
    else if (value !== undefined && value !== false)
      one.setAttribute(name, value === true ? '' : String(value))
  }
  one.append(...content)
  return one
}
