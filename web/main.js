// What a page does once it is there: plots, flame graphs and the table of
// sites are drawn where the program left a place for them. All else is markup
// already, and stays readable if this fails.
import { flame } from "./flame.js";
import { pace } from "./pace.js";
import { openAllToPrint } from "./printing.js";
import { scatter } from "./scatter.js";
import { siteTable } from "./site_table.js";
import { timeline } from "./timeline.js";
import "./page.css";

const PLOTS = { timeline, pace, scatter };

function places(name) {
  return [...document.querySelectorAll(`[data-${name}]`)];
}

const data = JSON.parse(document.getElementById("tidemark-data").textContent);
for (const place of places("plot"))
  PLOTS[place.dataset.plot](place, data[place.dataset.plot]);
for (const place of places("flame"))
  flame(place, data.flames[Number(place.dataset.flame)], data.texts);
const sites = document.getElementById("site-table");
if (sites) siteTable(sites, data.sites, data.texts);
openAllToPrint();
document.documentElement.dataset.drawn = "yes";
