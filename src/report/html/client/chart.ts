/** What the charts over time share: axes, onset, zoom by drag, width of the page. uPlot draws; this tells it how. */
import uPlot from 'uplot';
import { type Clock, moment } from '../../text.js';
import { colour, onRecolour } from './palette.js';
import type { Zoom } from './zoom.js';

const LEFT = 132;
const NARROW = 600;
const LEFT_NARROW = 64;
const AXIS = 34;

/** Pixels of the y axis with its labels; the same in all charts, so that moments lie below each other. */
export function axisWidth(): number {
  return innerWidth < NARROW ? LEFT_NARROW : LEFT;
}

export interface TimeChart {
  readonly zoom: Zoom;
  readonly clock: Clock;
  readonly onset: number | null;
}

export interface ChartParts {
  readonly height: number;
  readonly series: () => uPlot.Series[];
  readonly bands?: uPlot.Band[];
  readonly yAxis: () => uPlot.Axis;
  readonly yRange: uPlot.Scale.Range;
  readonly label: string;
  /** Draws on the canvas before the axes' labels. */
  readonly draw?: (u: uPlot) => void;
  /** Told the index of the cell under the cursor, and the value on the y axis there. */
  readonly onCursor?: (cell: number | null, y: number) => void;
}

const FONT = '12px system-ui, sans-serif';

/** Draws a chart into `place`, whose data are made anew by `data` whenever it is drawn anew. */
export function timeChart(place: HTMLElement, chart: TimeChart, parts: ChartParts, data: () => uPlot.AlignedData) {
  const { zoom, clock, onset } = chart;
  let plot: uPlot | null = null;
  const width = () => Math.max(260, place.clientWidth);
  const options = (): uPlot.Options => ({
    width: width(),
    height: parts.height + AXIS,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: {
      sync: {
        key: 'window',
        scales: ['x', null],
        filters: { sub: () => true, pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
      drag: { x: true, y: false, setScale: false },
      y: parts.onCursor !== undefined,
      points: { show: false },
    },
    scales: {
      x: { time: false, range: () => [zoom.range.from, zoom.range.to] },
      y: { range: parts.yRange },
    },
    axes: [
      {
        stroke: colour('muted'),
        grid: { stroke: colour('line'), width: 1 },
        ticks: { stroke: colour('line') },
        font: FONT,
        size: AXIS,
        space: 90,
        values: (_, at) => at.map((s) => moment(clock, s)),
      },
      {
        ...parts.yAxis(),
        stroke: colour('muted'),
        font: FONT,
        size: axisWidth(),
        grid: { stroke: colour('line'), width: 1 },
        ticks: { show: false },
      },
    ],
    series: [{}, ...parts.series()],
    bands: parts.bands ?? [],
    hooks: {
      draw: [
        (u) => {
          parts.draw?.(u);
          if (onset !== null) drawOnset(u, onset);
        },
      ],
      setSelect: [
        (u) => {
          const { left: at, width: wide } = u.select;
          if (wide > 3) zoom.show({ from: u.posToVal(at, 'x'), to: u.posToVal(at + wide, 'x') });
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [(u) => parts.onCursor?.(u.cursor.idx ?? null, u.posToVal(u.cursor.top ?? 0, 'y'))],
    },
  });
  const draw = () => {
    plot?.destroy();
    plot = new uPlot(options(), data(), place);
    plot.over.addEventListener('dblclick', () => zoom.show(zoom.whole));
    plot.root.setAttribute('role', 'img');
    plot.root.setAttribute('aria-label', parts.label);
  };
  draw();
  onRecolour(draw);
  zoom.follow(({ from, to }) => plot?.setScale('x', { min: from, max: to }));
  let drawn = width();
  new ResizeObserver(() => {
    if (width() === drawn) return;
    drawn = width();
    draw();
  }).observe(place);
  return { redraw: draw };
}

function drawOnset(u: uPlot, onset: number): void {
  const { ctx, bbox } = u;
  const x = u.valToPos(onset, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour('onset');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
