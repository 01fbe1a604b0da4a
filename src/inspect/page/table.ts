import { element } from './element.ts'

/** A cell's text, and what it is sorted by if that is not the text. */
export interface Cell {
  text: string
  order?: number
}

export interface Column {
  heading: string
  /** Aligned to the right, and sorted from the largest first. */
  number?: boolean
}

/** More rows make a browser slow. */
const MOST_ROWS = 500

/** A table that can be sorted by its headings and searched. */
export function tableOf(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): HTMLElement {
  let sorted = { column: columns.findIndex(({ number }) => number), descending: true }
  let words: string[] = []
  const search = element('input', {
    type: 'search',
    placeholder: `Search ${caption.toLowerCase()}`,
    'aria-label': `Search ${caption.toLowerCase()}`,
    input: () => {
      words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
      show()
    },
  })
  const count = element('output', {})
  const body = element('tbody')
  const headings = columns.map(({ heading, number }, column) => {
    const sort = () => {
      const again = sorted.column === column
      sorted = { column, descending: again ? !sorted.descending : number === true }
      show()
    }
    return element(
      'th',
      { scope: 'col', class: number && 'number' },
      element('button', { type: 'button', class: 'sort', click: sort }, heading),
    )
  })
  show()
  return element(
    'div',
    { class: 'table' },
    element('div', { class: 'tools' }, search, count),
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
      element(
        'table',
        {},
        element('caption', {}, caption),
        element('thead', {}, element('tr', {}, ...headings)),
        body,
      ),
    ),
  )

  function show() {
    const { column, descending } = sorted
    for (const [index, heading] of headings.entries()) {
      const direction = descending ? 'descending' : 'ascending'
      heading.setAttribute('aria-sort', index === column ? direction : 'none')
    }
    const found = rows
      .filter(row => words.every(word => row.some(({ text }) => text.toLowerCase().includes(word))))
      .toSorted((a, b) => compare(a[column]!, b[column]!) * (descending ? -1 : 1))
    count.textContent =
      found.length > MOST_ROWS
        ? `the first ${MOST_ROWS} of ${found.length}`
        : `${found.length} of ${rows.length}`
    body.replaceChildren(
      ...found
        .slice(0, MOST_ROWS)
        .map(row =>
          element(
            'tr',
            {},
            ...row.map(({ text }, index) =>
              element('td', { class: columns[index]!.number && 'number' }, text),
            ),
          ),
        ),
    )
  }
}

function compare(a: Cell, b: Cell): number {
  if (a.order !== undefined && b.order !== undefined) return a.order - b.order
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0
}
