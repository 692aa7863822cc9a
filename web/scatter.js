// Cells of a sweep: what an open connection takes against what it gives.
import { plot } from "./plot.js";
import { colour } from "./theme.js";
import { BYTE_STEPS, bytesText, bytesTick, numberText } from "./words.js";

const KINDS = [
  { key: "other", label: "Cell", colour: "muted" },
  { key: "pareto", label: "Pareto: no cell beats it in both",
    colour: "settled" },
  { key: "baseline", label: "Baseline", colour: "open" },
  { key: "best", label: "Best", colour: "live" },
];
const LETTERS = 24;

function names(u, points) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.fillStyle = colour("text");
  for (const point of points) {
    const x = u.valToPos(point.memory, "x", true);
    const y = u.valToPos(point.throughput, "y", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const left = x > bbox.left + bbox.width * 0.8;
    ctx.textAlign = left ? "right" : "left";
    ctx.fillText(point.label.slice(0, LETTERS) + (point.knee ? " ◂ knee" : ""),
      x + (left ? -8 : 8) * devicePixelRatio, y - 6 * devicePixelRatio);
  }
  ctx.restore();
}

// The Pareto set as a line, from cell to cell.
function frontier(u, points) {
  const { ctx } = u;
  ctx.save();
  ctx.strokeStyle = colour("settled");
  ctx.setLineDash([6, 4]);
  ctx.beginPath();
  points.filter(({ pareto }) => pareto).forEach((point, i) => {
    const x = u.valToPos(point.memory, "x", true);
    const y = u.valToPos(point.throughput, "y", true);
    if (i === 0) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
  });
  ctx.stroke();
  ctx.restore();
}

function kindOf(point) {
  if (point.best) return "best";
  if (point.baseline) return "baseline";
  return point.pareto ? "pareto" : "other";
}

export function scatter(place, given) {
  const points = [...given].sort((a, b) => a.memory - b.memory);
  const kinds = KINDS.filter(({ key }) =>
    points.some((point) => kindOf(point) === key));
  const wide = points.at(-1).memory / Math.max(1, points[0].memory) > 20;
  plot(place, {
    label: "Throughput against memory per open connection. Its figures are " +
      "in the table of cells.",
    series: kinds.map((kind) => ({ ...kind, scattered: true })),
    xScale: wide ? { distr: 3 } : {
      range: (_, least, most) => [0, most * 1.1 || 1],
    },
    xAxis: {
      values: (_, ticks) => ticks.map((tick) =>
        (tick == null ? null : bytesTick(tick))),
      space: 90,
      ...(wide ? {} : { incrs: BYTE_STEPS }),
    },
    yAxis: {
      values: (_, ticks) => ticks.map((tick) => `${numberText(tick)}/s`),
    },
    yRange: (_, least, most) => [0, (most || 1) * 1.15],
    hooks: {
      draw: [(u) => { frontier(u, points); names(u, points); }],
    },
    tell: (i) => {
      const point = points[i];
      return [point.label, `${bytesText(point.memory)} for each connection`,
        `${numberText(Math.round(point.throughput))} replies per second`,
        point.marks].filter(Boolean).join("; ");
    },
  }, [points.map(({ memory }) => memory),
    ...kinds.map(({ key }) => points.map((point) =>
      (kindOf(point) === key ? point.throughput : null)))]);
}
