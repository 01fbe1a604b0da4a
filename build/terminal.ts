const WIDTH = 860
const LINE = 19
const TOP = 30
const LEFT = 18

/** What the recorded programs use of SGR (ECMA-48, 8.3.117), as names of classes. */
const STYLES: Readonly<Record<string, string>> = {
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  35: 'magenta',
  36: 'cyan',
}

/**
 * Draws what a program has written to a terminal as an SVG that needs nothing else and follows the reader's light or
 * dark scheme.
 * @param title for those who cannot see it
 * @param text lines, with colours and with lines that were redrawn
 */
export function terminalSvg(title: string, text: string): string {
  const lines = text.trimEnd().split('\n').map(lastDrawn)
  const height = TOP + lines.length * LINE + 12
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    '  <style>',
    '    rect { fill: #f6f8fa; stroke: #d1d9e0 }',
    '    text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328; white-space: pre }',
    '    .dim { fill: #59636e } .red { fill: #cf222e } .green { fill: #116329 } .yellow { fill: #7d4e00 }',
    '    .blue { fill: #0969da } .magenta { fill: #8250df } .cyan { fill: #0e7490 }',
    '    @media (prefers-color-scheme: dark) {',
    '      rect { fill: #151b23; stroke: #3d444d } text { fill: #f0f6fc }',
    '      .dim { fill: #9198a1 } .red { fill: #ff7b72 } .green { fill: #3fb950 } .yellow { fill: #d29922 }',
    '      .blue { fill: #4493f8 } .magenta { fill: #bc8cff } .cyan { fill: #39c5cf }',
    '    }',
    '  </style>',
    `  <rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    ...lines.map((line, index) => `  <text x="${LEFT}" y="${TOP + index * LINE}">${spans(line)}</text>`),
    '</svg>',
    '',
  ].join('\n')
}

/** A line after all that was drawn over it; only whole lines are redrawn here. */
function lastDrawn(line: string): string {
  const drawn = line.split('\r').filter(part => part.replaceAll('\x1b[K', '') !== '')
  return (drawn.at(-1) ?? '').replace(/^.*\x1b\[K(?=.)/, '').replaceAll('\x1b[K', '')
}

function spans(line: string): string {
  let style: string | undefined
  return line
    .split(/\x1b\[([\d;]*)m/)
    .map((part, index) => {
      if (index % 2 === 1) {
        style = STYLES[part]
        return ''
      }
      if (part === '') return ''
      return style === undefined ? escapeXml(part) : `<tspan class="${style}">${escapeXml(part)}</tspan>`
    })
    .join('')
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
