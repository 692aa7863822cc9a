// The table of sites: thousands of rows, of which a page at a time is there.
import { element } from "./elements.js";
import { bytesText, numberText } from "./words.js";

const ROWS = 100;
const PLACE = 0, SIZE = 1, RESIDUE = 2, LIVE = 4, FINDING = 6, KIND = 7, FRAMES = 8, WHOLE = 9;
const COLUMNS = [
  { at: PLACE, title: "allocated by" },
  { at: SIZE, title: "size", text: bytesText },
  { at: RESIDUE, title: "residue", text: bytesText },
  { at: 3, title: "blocks left", text: numberText },
  { at: LIVE, title: "live", text: bytesText },
  { at: 5, title: "live blocks", text: numberText },
  { at: FINDING, title: "finding", text: numberText },
];

function stackOf(row, texts) {
  const list = element("ol", { class: "stack" });
  const frames = row[FRAMES];
  for (let i = 0; i < frames.length; i += 2)
    list.append(element("li", {},
      element("span", { class: "code" }, texts[frames[i]]), " ",
      element("span", { class: "place" }, texts[frames[i + 1]])));
  return row[WHOLE] ? [list]
    : [list, element("p", {}, "The caller alone: this site was not zoomed.")];
}

function placeCell(row, texts) {
  const folded = element("details", {
    ontoggle: () => {
      if (folded.open && folded.children.length === 1)
        folded.append(...stackOf(row, texts));
    },
  }, element("summary", {}, texts[row[PLACE]]));
  return element("th", { scope: "row" }, folded);
}

function cell(row, column) {
  const value = row[column.at];
  if (column.at === FINDING && value > 0)
    return element("td", { class: "number" },
      document.getElementById(`finding-${value}`)
        ? element("a", { href: `#finding-${value}` }, numberText(value))
        : numberText(value));
  const mapped = column.at === SIZE && row[KIND] ? ", mapped" : "";
  return element("td", { class: "number" },
    value === 0 ? "–" : column.text(value) + mapped);
}

// All that a row can be found by, in small letters.
function wordsOf(row, texts) {
  const frames = row[FRAMES].map((number) => texts[number]);
  return [texts[row[PLACE]], ...frames].join("\n").toLowerCase();
}

export function siteTable(place, rows, texts) {
  let sorted = 2, down = true, first = 0, found = rows, words = null;

  const status = element("p", { class: "reading", "aria-live": "polite" });
  const body = element("tbody");
  const heads = COLUMNS.map((column, i) => element("th",
    { scope: "col", class: i === 0 ? "" : "number" },
    element("button", { type: "button", onclick: () => sortBy(i) },
      column.title)));
  const previous = element("button",
    { type: "button", onclick: () => turn(-ROWS) }, "Previous");
  const next = element("button",
    { type: "button", onclick: () => turn(ROWS) }, "Next");
  const filter = element("input", {
    type: "search", "aria-label": "Find sites by a part of a name",
    placeholder: "Find a function or file", oninput: search,
  });

  function compare(a, b) {
    const { at } = COLUMNS[sorted];
    const order = at === PLACE
      ? texts[a[at]].localeCompare(texts[b[at]]) : a[at] - b[at];
    // Those that are alike: most that is left first, then most that is live.
    return (down ? -order : order) || b[RESIDUE] - a[RESIDUE] ||
      b[LIVE] - a[LIVE];
  }

  function show() {
    body.replaceChildren(...found.slice(first, first + ROWS).map((row) =>
      element("tr", {}, placeCell(row, texts),
        ...COLUMNS.slice(1).map((column) => cell(row, column)))));
    heads.forEach((head, i) => head.setAttribute("aria-sort",
      i !== sorted ? "none" : down ? "descending" : "ascending"));
    const last = Math.min(first + ROWS, found.length);
    status.textContent = found.length === 0 ? "No site has that in its stack."
      : `${first + 1} to ${last} of ${numberText(found.length)}` +
        (found.length < rows.length ? `, found among ${rows.length}` : "");
    previous.disabled = first === 0;
    next.disabled = last >= found.length;
  }

  function sortBy(column) {
    down = column === sorted ? !down : COLUMNS[column].at !== PLACE;
    sorted = column;
    first = 0;
    found = [...found].sort(compare);
    show();
  }

  function turn(by) {
    first += by;
    show();
  }

  function search() {
    words ??= new Map(rows.map((row) => [row, wordsOf(row, texts)]));
    const wanted = filter.value.toLowerCase();
    found = rows.filter((row) => words.get(row).includes(wanted))
      .sort(compare);
    first = 0;
    show();
  }

  place.append(
    element("div", { class: "tools" }, filter, previous, next), status,
    element("div", { class: "wide", role: "region", tabindex: "0",
      "aria-label": "Sites" },
    element("table", { class: "sites" },
      element("caption", {}, "Sites; a name opens its stack"),
      element("thead", {}, element("tr", {}, ...heads)), body)));
  found = [...rows].sort(compare);
  show();
}
