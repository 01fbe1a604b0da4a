/** A bar of a chart. */
export interface Bar {
  name: string
  value: number
  /** Whether it is ours, drawn in the accent colour. */
  own: boolean
}

const WIDTH = 720
const LABEL = 260
const ROW = 28
const TOP = 48

/**
 * Draws horizontal bars as a self-contained SVG that follows the reader's light or dark scheme.
 * @param unit the meaning of a bar of length 1
 */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(({ value }) => value))
  const height = TOP + bars.length * ROW + 16
  const rows = bars.map(({ name, value, own }, index) => {
    const y = TOP + index * ROW
    const length = Math.max(2, ((WIDTH - LABEL - 80) * value) / longest)
    return [
      `  <text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${escapeXml(name)}</text>`,
      `  <rect class="${own ? 'own' : 'peer'}" x="${LABEL}" y="${y}" width="${length.toFixed(1)}" height="20" rx="3"/>`,
      `  <text x="${(LABEL + length + 6).toFixed(1)}" y="${y + 15}">${value.toFixed(value < 10 ? 2 : 1)}</text>`,
    ].join('\n')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    '  <style>',
    '    text { font: 13px system-ui, sans-serif; fill: #1f2328 }',
    '    .title { font-weight: 600; font-size: 15px } .unit { fill: #59636e; font-size: 12px }',
    '    .own { fill: #0969da } .peer { fill: #a8b1bb }',
    '    @media (prefers-color-scheme: dark) {',
    '      text { fill: #f0f6fc } .unit { fill: #9198a1 } .own { fill: #4493f8 } .peer { fill: #59636e }',
    '    }',
    '  </style>',
    `  <text class="title" x="12" y="20">${escapeXml(title)}</text>`,
    `  <text class="unit" x="12" y="38">${escapeXml(unit)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
