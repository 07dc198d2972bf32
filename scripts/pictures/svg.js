// Pictures of what perfscope prints and draws, as SVG. Pure: the same text and the same stacks give the same picture.

const CELL = 8.4;
const LINE = 19;
const PAD = 14;
const COLOURS = {
  text: '#d7dae0',
  back: '#16181d',
  dim: '#8b919c',
  red: '#ff7b72',
  green: '#7ee787',
  yellow: '#e3b341',
  cyan: '#79c0ff',
};
/** Select Graphic Rendition (ECMA-48, 8.3.117), as far as perfscope uses it. */
const ON = {
  1: ['weight', 'bold'],
  2: ['fill', 'dim'],
  31: ['fill', 'red'],
  32: ['fill', 'green'],
  33: ['fill', 'yellow'],
  36: ['fill', 'cyan'],
};
const OFF = { 0: ['weight', 'fill'], 22: ['weight', 'fill'], 39: ['fill'] };

/** A terminal that shows `text` with its escapes, under the commands that gave it. */
export function terminalSvg(text, columns = 80) {
  const lines = text.trimEnd().split('\n');
  const width = Math.ceil(columns * CELL + 2 * PAD);
  const height = lines.length * LINE + 2 * PAD;
  const rows = lines.map((line, k) => lineOf(line, PAD + (k + 0.75) * LINE)).filter((row) => row !== '');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>A session of perfscope in a terminal</title>`,
    `<rect width="100%" height="100%" rx="6" fill="${COLOURS.back}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="${COLOURS.text}">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Each run of one style lies where its column is, whatever font the reader has. */
function lineOf(line, y) {
  const style = { weight: null, fill: null };
  let column = 0;
  let out = '';
  // The text between two escapes, and the escapes' numbers, alternate.
  // eslint-disable-next-line no-control-regex
  for (const [k, piece] of line.split(/\u001b\[([\d;]*)m/).entries()) {
    if (k % 2 === 1) {
      for (const code of piece.split(';').map(Number)) {
        for (const name of OFF[code] ?? []) style[name] = null;
        if (ON[code] !== undefined) style[ON[code][0]] = ON[code][1];
      }
      continue;
    }
    const shown = piece.trimEnd();
    if (shown !== '') {
      const lead = shown.length - shown.trimStart().length;
      const body = shown.trimStart();
      const x = (PAD + (column + lead) * CELL).toFixed(1);
      const weight = style.weight === null ? '' : ' font-weight="700"';
      const fill = style.fill === null ? '' : ` fill="${COLOURS[style.fill]}"`;
      const length = ` textLength="${([...body].length * CELL).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
      out += `<tspan x="${x}"${length}${weight}${fill} xml:space="preserve">${escaped(body)}</tspan>`;
    }
    column += [...piece].length;
  }
  return out === '' ? '' : `<text y="${y.toFixed(1)}">${out}</text>`;
}

const ROW = 20;
const WIDTH = 900;
const NARROWEST = 2;

/** The differential flame graph of the page (src/report/html/flame.ts), by the weight that changed most. */
export function flameSvg(tree, suspects) {
  const { before, after } = tree.amounts[tree.first];
  const whole = after[0];
  const left = [0];
  const next = [0];
  const row = [0];
  const boxes = [];
  tree.parent.forEach((parent, node) => {
    const width = whole > 0 ? (after[node] / whole) * WIDTH : 0;
    if (node > 0) {
      left[node] = next[parent];
      next[parent] += width;
      row[node] = row[parent] + 1;
    }
    next[node] = left[node];
    if (width >= NARROWEST)
      boxes.push(box(tree, node, { x: left[node], y: row[node] * ROW, width }, before, after, suspects));
  });
  const height = (1 + Math.max(...row)) * ROW + 4;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>Decoded stacks after the onset, red where there is more than before it</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="12" fill="#1b1f24">`,
    ...boxes,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function box(tree, node, { x, y, width }, before, after, suspects) {
  const [a, b] = [before[node], after[node]];
  const change = a + b > 0 ? (b - a) / (a + b) : 0;
  const text = tree.names[tree.name[node]];
  const stroke = suspects.includes(text) ? ' stroke="#a40e26" stroke-width="2"' : ' stroke="#ffffff"';
  const room = Math.floor((width - 6) / 7.3);
  const label = room < 3 ? '' : text.length <= room ? text : `${text.slice(0, room - 1)}…`;
  const rect = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${shade(change)}"${stroke}/>`;
  return label === '' ? rect : `${rect}<text x="${(x + 4).toFixed(1)}" y="${y + 14}">${escaped(label)}</text>`;
}

/** As the page's style sheet has them. */
function shade(change) {
  const step = Math.abs(change) < 0.1 ? 0 : Math.abs(change) < 0.34 ? 1 : Math.abs(change) < 0.7 ? 2 : 3;
  return change > 0
    ? ['#e4e7eb', '#fbd5c8', '#f5a98f', '#ea7a5c'][step]
    : ['#e4e7eb', '#d3e2fb', '#a5c5f7', '#77a5f0'][step];
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
