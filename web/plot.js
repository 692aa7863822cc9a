// A plot of uPlot's that fits its place, has the page's colours, a legend of
// buttons, and can be read point by point with the keyboard.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { element } from "./elements.js";
import { colour, onColourChange } from "./theme.js";

const HEIGHT = 320;
const ZOOM = 0.7;
const FEW = 150;  // points that are drawn as points

function axes(xAxis, yAxis) {
  const common = () => ({
    stroke: colour("muted"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
    font: "13px system-ui, sans-serif",
  });
  return [{ ...common(), ...xAxis }, { ...common(), size: 84, ...yAxis }];
}

function seriesOf(one, shown, few) {
  return {
    label: one.label,
    show: shown,
    stroke: colour(one.colour),
    width: 2,
    dash: one.dash,
    spanGaps: true,
    points: { show: one.scattered || few, size: 6 },
    paths: one.scattered ? () => null : undefined,
  };
}

function legend(spec, toggle) {
  const list = element("ul", { class: "legend" });
  spec.series.forEach((one, i) => {
    const swatch = element("span", { class: `swatch ${one.colour}` });
    const button = element("button", {
      type: "button", "aria-pressed": "true",
      onclick: () => button.setAttribute("aria-pressed", String(toggle(i))),
    }, swatch, one.label);
    list.append(element("li", {}, button));
  });
  return list;
}

// spec: {label, series: [{label, colour, dash}], xAxis, yAxis, xRange,
// yRange, hooks, tell(point) → words}. `data` is as uPlot has it.
export function plot(place, spec, data) {
  const shown = spec.series.map(() => true);
  const board = element("div",
    { class: "board", tabindex: "0", role: "img", "aria-label": spec.label });
  const reading = element("p", { class: "reading", "aria-live": "polite" },
    "Arrow keys read it point by point; + and − zoom, 0 shows all.");
  let drawn = null;
  let at = -1;

  function draw() {
    drawn?.destroy();
    drawn = new uPlot({
      width: Math.max(280, board.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: true, y: false } },
      scales: {
        x: { time: false, ...spec.xScale },
        y: { range: spec.yRange, ...spec.yScale },
      },
      axes: axes(spec.xAxis, spec.yAxis),
      series: [{}, ...spec.series.map((one, i) => seriesOf(one, shown[i], data[0].length <= FEW))],
      hooks: {
        ...spec.hooks,
        setCursor: [(u) => u.cursor.idx != null && told(u.cursor.idx)],
      },
    }, data, board);
  }

  function told(index) {
    at = index;
    reading.textContent = spec.tell(index, shown);
  }

  function point(index) {
    const last = data[0].length - 1;
    const bounded = Math.min(Math.max(index, 0), last);
    drawn.setCursor({ left: drawn.valToPos(data[0][bounded], "x"), top: 10 });
    told(bounded);
  }

  function zoom(factor) {
    const all = [data[0][0], data[0].at(-1)];
    const { min, max } = drawn.scales.x;
    const middle = at >= 0 ? data[0][at] : (min + max) / 2;
    const wide = (max - min) * factor;
    if (factor === 0 || wide >= all[1] - all[0])
      drawn.setScale("x", { min: all[0], max: all[1] });
    else
      drawn.setScale("x", { min: middle - wide / 2, max: middle + wide / 2 });
  }

  const keys = {
    ArrowRight: () => point(at + 1),
    ArrowLeft: () => point(at < 0 ? data[0].length : at - 1),
    Home: () => point(0),
    End: () => point(data[0].length - 1),
    "+": () => zoom(ZOOM),
    "-": () => zoom(1 / ZOOM),
    0: () => zoom(0),
  };
  board.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey)
      return;
    event.preventDefault();
    keys[event.key]();
  });

  place.append(legend(spec, (i) => {
    shown[i] = !shown[i];
    drawn.setSeries(i + 1, { show: shown[i] });
    return shown[i];
  }), board, reading);
  draw();
  onColourChange(draw);
  new ResizeObserver(() => {
    const width = Math.max(280, board.clientWidth);
    if (width !== drawn.width) drawn.setSize({ width, height: HEIGHT });
  }).observe(board);
}

export { uPlot };
