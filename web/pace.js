// How long the driver waited, cycle by cycle; from the fastest to the slowest
// replies it may be a thousand times, so that the scale is logarithmic.
import { plot } from "./plot.js";
import { numberText, timeText } from "./words.js";

const SERIES = [
  { key: "median", label: "Reply, median", colour: "live" },
  { key: "p90", label: "90 %", colour: "allocator", dash: [2, 4] },
  { key: "p99", label: "99 %", colour: "settled", dash: [8, 4] },
  { key: "p999", label: "99.9 %", colour: "open", dash: [4, 2, 1, 2] },
  { key: "handshake", label: "Handshake, median", colour: "muted",
    dash: [1, 3] },
];

export function pace(place, data) {
  const told = SERIES.filter(({ key }) =>
    data[key].some((value) => value != null));
  if (told.length === 0) return;
  plot(place, {
    label: "Latency of each cycle. Its figures are in the table below.",
    series: told,
    xAxis: { incrs: [1, 2, 5, 10, 20, 50, 100] },
    yScale: { distr: 3 },
    yAxis: {
      values: (_, ticks) =>
        ticks.map((tick) => (tick == null ? null : timeText(tick))),
    },
    tell: (i, shown) => [`Cycle ${data.cycles[i]}`,
      data.replies[i] != null &&
        `${numberText(Math.round(data.replies[i]))} replies per second`,
      ...told.map(({ key, label }, s) => shown[s] && data[key][i] != null &&
        `${label} ${timeText(data[key][i])}`)].filter(Boolean).join("; "),
  }, [data.cycles, ...told.map(({ key }) => data[key])]);
}
