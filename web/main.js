// What a page does once it is there: plots, flame graphs and the table of
// sites are drawn where the program left a place for them. All else is markup
// already, and stays readable if this fails.
import { flame } from "./flame.js";
import { drawLater } from "./later.js";
import { pace } from "./pace.js";
import { openAllToPrint } from "./printing.js";
import { scatter } from "./scatter.js";
import { siteTable } from "./site_table.js";
import { timeline } from "./timeline.js";
import "./page.css";

const PLOTS = { timeline, pace, scatter };

const data = JSON.parse(document.getElementById("tidemark-data").textContent);

const KINDS = {
  "[data-plot]": (place) =>
    PLOTS[place.dataset.plot](place, data[place.dataset.plot]),
  "[data-flame]": (place) =>
    flame(place, data.flames[Number(place.dataset.flame)], data.texts),
  "#site-table": (place) => siteTable(place, data.sites, data.texts),
};

const jobs = Object.entries(KINDS).flatMap(([selector, draw]) =>
  [...document.querySelectorAll(selector)].map((place) =>
    ({ place, draw: () => draw(place) })));
openAllToPrint();
drawLater(jobs, () => { document.documentElement.dataset.drawn = "yes"; });
