// Memory over the time of the run, with its cycles and phases.
import { plot, uPlot } from "./plot.js";
import { colour } from "./theme.js";
import { BYTE_STEPS, bytesText, bytesTick, timeText } from "./words.js";

const SERIES = [
  { key: "live", label: "Live heap", colour: "live" },
  { key: "allocator", label: "Allocator's", colour: "allocator",
    dash: [2, 4] },
  { key: "settled", label: "PSS, settled", colour: "settled", dash: [8, 4] },
  { key: "open", label: "PSS, connections open", colour: "open",
    dash: [4, 2, 1, 2] },
];
const NARROWEST_NUMBER = 26;

function bands(u, cycles) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  for (const [index, kind, from, to] of cycles) {
    const left = u.valToPos(from, "x", true);
    const right = u.valToPos(to, "x", true);
    ctx.fillStyle = colour(`band-${kind}`);
    ctx.fillRect(left, bbox.top, Math.max(1, right - left - 1), bbox.height);
    if (right - left < NARROWEST_NUMBER * devicePixelRatio) continue;
    ctx.fillStyle = colour("muted");
    ctx.fillText(index, (left + right) / 2,
      bbox.top + bbox.height - 6 * devicePixelRatio);
  }
  ctx.restore();
}

function phaseLines(u, phases) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.fillStyle = ctx.strokeStyle = colour("muted");
  ctx.setLineDash([3, 3]);
  let free = -Infinity;
  for (const [name, from] of phases) {
    const x = u.valToPos(from, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (x < free) continue;
    ctx.fillText(name, x + 4, bbox.top + 12 * devicePixelRatio);
    free = x + ctx.measureText(name).width + 12;
  }
  ctx.restore();
}

function cycleAt(cycles, time) {
  return cycles.find(([, , from, to]) => from <= time && time <= to);
}

export function timeline(place, data) {
  const told = SERIES.filter(({ key }) => data[key][0].length > 0);
  if (told.length === 0) return;
  const joined = uPlot.join(told.map(({ key }) => data[key]));
  plot(place, {
    label: "Memory over time. Its figures are in the table below.",
    series: told,
    xAxis: { values: (_, ticks) => ticks.map(timeText) },
    yAxis: { values: (_, ticks) => ticks.map(bytesTick), incrs: BYTE_STEPS },
    yRange: (_, least, most) => [0, (most || 1) * 1.08],
    hooks: {
      drawClear: [(u) => bands(u, data.cycles)],
      draw: [(u) => phaseLines(u, data.phases)],
    },
    tell: (i, shown) => {
      const time = joined[0][i];
      const cycle = cycleAt(data.cycles, time);
      const words = told.map(({ label }, s) => (shown[s] &&
        joined[s + 1][i] != null
        ? `${label} ${bytesText(joined[s + 1][i])}` : null));
      return [`After ${timeText(time)}`,
        cycle && `cycle ${cycle[0]}, ${cycle[1]}, ${cycle[4]} connections`,
        ...words].filter(Boolean).join("; ");
    },
  }, joined);
}
