// A flame graph: the root above, what was called or is held below it.
import flamegraph from "d3-flame-graph";
import { select } from "d3-selection";
import { element } from "./elements.js";
import { listenForKeys, markFrames } from "./flame_keys.js";
import { bytesText, percentText } from "./words.js";

const ROW = 20;
const NARROWEST = 2;  // pixels of a frame that is drawn
const LONGEST = 400;  // letters of a name; titles have no more use of it

// [name, width, above, old, new] as flame_tree.h writes it.
function nodeOf([name, value, above, before, after], texts) {
  const node = { name: texts[name], value };
  if (before !== undefined) Object.assign(node, { before, after });
  node.children = above.map((child) => nodeOf(child, texts))
    .sort((a, b) => b.value - a.value);
  return node;
}

// Light enough for black letters, whatever the page's colours.
function ownColour(name) {
  let hash = 0;
  for (let i = 0; i < name.length && i < 64; ++i)
    hash = (hash * 31 + name.charCodeAt(i)) % 997;
  return `hsl(${20 + hash % 40}, 85%, ${70 + hash % 12}%)`;
}

function changeColour({ before, after }) {
  const most = Math.max(before, after);
  if (most === 0 || before === after) return "hsl(0, 0%, 85%)";
  const share = Math.abs(after - before) / most;
  return `hsl(${after > before ? 8 : 215}, 90%, ${92 - 24 * share}%)`;
}

function colourOf(node) {
  if (node.highlight) return "#c9a0ff";
  return node.data.before === undefined
    ? ownColour(node.data.name) : changeColour(node.data);
}

function wordsFor(all) {
  return ({ data }) => {
    const name = data.name.length > LONGEST
      ? `${data.name.slice(0, LONGEST)}…` : data.name;
    if (data.before === undefined)
      return `${name}: ${bytesText(data.value)}, ` +
        `${percentText(all > 0 ? data.value / all : 0)} of all`;
    return `${name}: ${bytesText(data.before)} in OLD, ` +
      `${bytesText(data.after)} in NEW, per connection`;
  };
}

export function flame(place, tree, texts) {
  const root = nodeOf(tree, texts);
  const words = wordsFor(root.value);
  const title = place.dataset.title;
  const status = element("p", { class: "reading", "aria-live": "polite" },
    "Click or Enter zooms into a frame; arrows move, Escape shows all.");
  const board = element("div", { class: "board" });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // After each change: frames, and with them the height, are other ones.
  const mark = () => {
    markFrames(svg(), words);
    fit();
  };
  const svg = () => board.querySelector("svg");
  const chart = flamegraph()
    .width(Math.max(280, place.clientWidth)).cellHeight(ROW)
    .inverted(true).minFrameSize(NARROWEST).resetHeightOnZoom(true)
    .transitionDuration(calm ? 0 : 200)
    .setColorMapper(colourOf)
    .setLabelHandler(words)
    .setDetailsHandler((text) => { if (text) status.textContent = text; })
    .setSearchMatch((node, term) => term !== "" &&
      node.data.name.toLowerCase().includes(term.toLowerCase()))
    .setSearchHandler((found, sum, all) => {
      status.textContent = `${found.length} frames, ` +
        `${bytesText(found.length ? sum : 0)} of ${bytesText(all)}`;
    })
    .onClick((node) => {
      mark();
      status.textContent = `Zoomed: ${words(node)}`;
    });
  const search = element("input", {
    type: "search", "aria-label": `Find in ${title}`,
    placeholder: "Find a name", oninput: () => {
      if (search.value === "") chart.clear();
      else chart.search(search.value);
      mark();
    },
  });
  const whole = element("button", {
    type: "button", onclick: () => { chart.resetZoom(); mark(); },
  }, "Show all");
  place.append(element("div", { class: "tools" }, search, whole), board,
    status);
  select(board).datum(root).call(chart);
  svg().setAttribute("role", "tree");
  svg().setAttribute("aria-label", title);
  mark();
  listenForKeys(svg(), chart);
  new ResizeObserver(() => {
    const width = Math.max(280, place.clientWidth);
    if (width === chart.width()) return;
    chart.width(width).update();
    mark();
  }).observe(place);

  // Paper is narrower: there it is the same picture, smaller.
  function fit() {
    svg().setAttribute("viewBox",
      `0 0 ${chart.width()} ${svg().getAttribute("height")}`);
  }
}
