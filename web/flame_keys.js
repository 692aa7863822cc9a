// A flame graph by keyboard, as a tree: arrows move, Enter zooms, Escape shows
// all of it again.

function framesOf(svg) {
  return [...svg.querySelectorAll("g.frame")];
}

// Frames come and go with each zoom: what is new is made reachable.
export function markFrames(svg, words) {
  for (const frame of framesOf(svg)) {
    const node = frame.__data__;
    frame.setAttribute("role", "treeitem");
    frame.setAttribute("aria-level", node.depth + 1);
    frame.setAttribute("aria-label", words(node));
    frame.setAttribute("tabindex", node.parent ? "-1" : "0");
  }
}

function neighbour(svg, node, side) {
  const row = framesOf(svg).map((frame) => frame.__data__)
    .filter(({ depth }) => depth === node.depth)
    .sort((a, b) => a.x0 - b.x0);
  return row[row.indexOf(node) + side];
}

function focusFrame(svg, node) {
  const frame = framesOf(svg).find((one) => one.__data__ === node);
  frame?.focus();
  return Boolean(frame);
}

// The first child that is wide enough to be seen.
function childOf(svg, node) {
  const seen = new Set(framesOf(svg).map((frame) => frame.__data__));
  return (node.children ?? []).find((child) => seen.has(child));
}

export function listenForKeys(svg, chart) {
  const moves = {
    ArrowUp: (node) => focusFrame(svg, node.parent),
    ArrowDown: (node) => focusFrame(svg, childOf(svg, node)),
    ArrowLeft: (node) => focusFrame(svg, neighbour(svg, node, -1)),
    ArrowRight: (node) => focusFrame(svg, neighbour(svg, node, 1)),
    Enter: (node) => zoomed(node),
    " ": (node) => zoomed(node),
    Escape: (node) => {
      chart.resetZoom();
      // It may be too narrow to be seen in all of it.
      for (let at = node; at && !focusFrame(svg, at); at = at.parent);
    },
  };
  function zoomed(node) {
    chart.zoomTo(node);
    focusFrame(svg, node);
  }
  svg.addEventListener("keydown", (event) => {
    const node = event.target.__data__;
    if (!node || !moves[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    moves[event.key](node);
  });
}
