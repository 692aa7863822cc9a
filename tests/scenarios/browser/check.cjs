// Opens the pages of html.py in Debian's chromium, without a network, and does
// what people do with them: check.cjs FOLDER [--time]
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");
const { badContrasts, nameless, painted } = require("./in_page.cjs");

const [folder, timing] = process.argv.slice(2);
const CHROMIUM = process.env.TIDEMARK_CHROMIUM;
const PAGES = ["guilty", "innocent", "compare", "died", "leak", "sweep",
  "large"];

function url(name) {
  return pathToFileURL(path.join(folder, `${name}.html`)).href;
}

// A page that complains about anything, asks for anything but itself, or says
// something, has failed: what it did is kept.
async function opened(browser, name, options = {}, scripts = true) {
  const context = await browser.newContext(
    { viewport: { width: 1200, height: 900 }, ...options });
  await context.setOffline(true);
  const page = await context.newPage();
  const troubles = [];
  page.on("console", (told) => {
    if (["error", "warning"].includes(told.type()))
      troubles.push(`console: ${told.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`error: ${error}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url(name))
      troubles.push(`request: ${request.url()}`);
  });
  await page.goto(url(name));
  if (scripts)
    await page.waitForSelector("html[data-drawn]", { state: "attached" });
  page.done = async () => {
    assert.deepEqual(troubles, [], name);
    await context.close();
  };
  page.shot = (what, whole = false) => page.screenshot(
    { path: path.join(folder, `${name}-${what}.png`), fullPage: whole });
  return page;
}

function frames(page, number = 0) {
  return page.locator(`[data-flame="${number}"] g.frame`);
}

const widthOf = (frame) => frame.evaluate((g) => Number(g.getAttribute("width")));

// What comes into sight is laid out then, and moves what is below it: a click
// waits until its target rests, but scrolls to it only after that.
async function press(button) {
  await button.scrollIntoViewIfNeeded();
  await button.click();
}

// Frames move for a moment after a zoom.
function allFramesAreInside(page, number) {
  return page.waitForFunction((which) => {
    const svg = document.querySelector(`[data-flame="${which}"] svg`);
    const high = svg.viewBox.baseVal.height;
    return high === Number(svg.getAttribute("height")) &&
      [...svg.querySelectorAll("g.frame")].every((frame) =>
        frame.transform.baseVal[0].matrix.f + 20 <= high);
  }, number);
}

const cases = {
  async every_page_loads_from_disk_without_a_network(browser) {
    for (const name of PAGES) {
      const page = await opened(browser, name);
      assert.equal(await page.locator("h1").count(), 1, name);
      assert.ok(await page.locator("header.verdict .sentence").isVisible());
      for (const canvas of await page.locator("canvas").all())
        assert.ok(await canvas.evaluate(painted), `${name}: an empty plot`);
      await page.shot("whole", name !== "large");
      await page.done();
    }
  },

  async the_verdict_comes_first_in_the_terminals_words(browser) {
    const record = JSON.parse(
      fs.readFileSync(path.join(folder, "chat-guilty.json"), "utf8"));
    const page = await opened(browser, "guilty");
    assert.equal(await page.locator("h1").innerText(), "LEAK chat-guilty");
    assert.equal(await page.locator(".sentence").innerText(), record.reason);
    assert.ok(await page.getByText("Every connection leaves", { exact: false })
      .first().isVisible());
    assert.ok(await page.evaluate(() => window.find("chat_join")),
      "the browser's own search finds a function");
    for (const id of ["findings", "timeline", "rings", "flames", "sites",
      "pace", "plan", "memory", "environment"])
      assert.ok(await page.locator(`section#${id}`).isVisible(), id);
    await page.shot("top");
    await page.done();
  },

  async a_flame_graph_zooms_by_click(browser) {
    const page = await opened(browser, "guilty");
    const all = await frames(page).count();
    assert.ok(all > 5, `${all} frames`);
    const whole = await widthOf(frames(page).first());
    const leaf = page.locator('[data-flame="2"] g.frame').last();
    const before = await widthOf(leaf);
    const name = await leaf.getAttribute("name");
    await press(leaf.locator("rect"));
    await page.waitForFunction(([wanted, least]) =>
      [...document.querySelectorAll('[data-flame="2"] g.frame')].some((g) =>
        g.getAttribute("name") === wanted &&
        Number(g.querySelector("rect").getAttribute("width")) >= least),
    [name, whole - 1]);
    assert.ok(before < whole, "there was something to zoom into");
    await allFramesAreInside(page, 2);
    assert.ok((await page.locator('[data-flame="2"] .reading').innerText())
      .startsWith("Zoomed: "));
    await page.locator("#flames").screenshot(
      { path: path.join(folder, "guilty-flames-zoomed.png") });
    await press(page.locator('[data-flame="2"]').getByText("Show all"));
    await page.waitForFunction((count) => document.querySelectorAll(
      '[data-flame="2"] g.frame').length >= count, 2);
    await page.done();
  },

  async a_flame_graph_zooms_by_keyboard(browser) {
    const page = await opened(browser, "large");
    const root = frames(page).first();
    await root.focus();
    const label = () => page.evaluate(() =>
      document.activeElement.getAttribute("aria-label"));
    assert.match(await label(), /^all: /);
    // Down to where it branches, and to a frame beside the first.
    let second = "";
    for (let i = 0; i < 20; ++i) {
      await page.keyboard.press("ArrowDown");
      second = await label();
      await page.keyboard.press("ArrowRight");
      if (await label() !== second) break;
    }
    assert.notEqual(await label(), second, "a sibling");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await label(), second);
    const before = await frames(page).count();
    const width = await page.evaluate(() =>
      Number(document.activeElement.getAttribute("width")));
    await page.keyboard.press("Enter");
    assert.equal(await label(), second, "the focus stays");
    const after = await page.evaluate(() =>
      Number(document.activeElement.getAttribute("width")));
    assert.ok(after > 1.5 * width, `${width} → ${after}`);
    assert.ok(await frames(page).count() > before,
      "what was too narrow to be seen is seen");
    await allFramesAreInside(page, 0);
    await page.keyboard.press("Escape");
    assert.equal(await frames(page).count(), before);
    await page.done();
  },

  async a_flame_graph_finds_names(browser) {
    const page = await opened(browser, "guilty");
    const place = page.locator('[data-flame="0"]');
    await place.locator("input").fill("CHAT_JOIN");
    assert.match(await place.locator(".reading").innerText(),
      /^[1-9]\d* frames, .*B of /);
    await place.locator("input").fill("nothing-has-this-name(");
    assert.match(await place.locator(".reading").innerText(), /^0 frames/);
    await page.done();
  },

  async the_table_of_sites_sorts_filters_and_turns(browser) {
    const page = await opened(browser, "large");
    const table = page.locator("table.sites");
    const column = (n) => table.locator(`tbody tr td:nth-child(${n})`)
      .allInnerTexts();
    const numbers = async (n) => (await column(n)).map((text) => parseInt(text));
    const sorted = (values, order) => assert.deepEqual(values,
      [...values].sort((a, b) => order * (a - b)));
    await press(table.getByRole("button", { name: "size", exact: true }));
    const head = table.locator("thead th").nth(1);
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    sorted(await numbers(2), -1);
    await table.getByRole("button", { name: "size" }).focus();
    await page.keyboard.press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    sorted(await numbers(2), 1);
    assert.equal((await numbers(2))[0], 16);
    const sites = page.locator("#sites");
    const status = sites.locator(".reading");
    assert.equal(await status.innerText(), "1 to 100 of 5,000");
    await press(sites.getByRole("button", { name: "Next" }));
    assert.equal(await status.innerText(), "101 to 200 of 5,000");
    await sites.locator("input").fill("FN_1039");
    assert.equal(await table.locator("tbody tr").count(), 1);
    assert.match(await table.locator("tbody tr").innerText(), /fn_1039/);
    await table.locator("tbody summary").focus();
    await page.keyboard.press("Enter");
    await table.locator("tbody .stack li").nth(3).waitFor();
    await sites.screenshot({ path: path.join(folder, "large-sites.png") });
    await sites.locator("input").fill("no such name");
    assert.equal(await table.locator("tbody tr").count(), 0);
    await page.done();
  },

  async hostile_names_do_nothing_but_are_shown(browser) {
    const page = await opened(browser, "large");
    const sites = page.locator("#sites");
    // Names of functions are shortened, those of files come as they are.
    for (const name of ["<script>alert(1)</script>", "onerror=alert(4)>",
      "<svg onload=alert(5)>"]) {
      await sites.locator("input").fill(name);
      assert.ok(await sites.locator("tbody tr").count() > 10, name);
      assert.ok((await sites.locator("tbody summary").first().innerText())
        .includes(name), name);
    }
    await page.locator('[data-flame="0"] input').fill("alert(");
    // Wherever the mouse is, something is told.
    for (const frame of (await frames(page).all()).slice(0, 60))
      await frame.hover({ force: true, timeout: 2000 }).catch(() => {});
    const found = await page.evaluate(() => ({
      scripts: document.scripts.length,
      images: document.images.length,
      handlers: [...document.querySelectorAll("*")].filter((one) =>
        [...one.attributes].some(({ name }) => name.startsWith("on"))).length,
      links: [...document.querySelectorAll("[href]")].filter((one) =>
        !one.getAttribute("href").startsWith("#")).length,
      heading: document.querySelector("h1").textContent,
      title: document.title,
    }));
    assert.deepEqual(found, { scripts: 2, images: 0, handlers: 0, links: 0,
      heading: "LEAK <script>alert(1)</script>",
      title: "LEAK <script>alert(1)</script> – tidemark" });
    await page.done();
  },

  async names_of_10_kB_do_not_stretch_the_page(browser) {
    const page = await opened(browser, "large");
    const [wide, seen] = await page.evaluate(() =>
      [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= seen, `${wide} pixels of ${seen}`);
    await page.done();
  },

  async plots_are_read_by_keyboard(browser) {
    const page = await opened(browser, "guilty");
    const plot = page.locator('[data-plot="timeline"]');
    await plot.locator(".board").focus();
    const told = () => plot.locator(".reading").innerText();
    await page.keyboard.press("Home");
    const first = await told();
    assert.match(first, /^After .*B$/);
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await told(), first);
    await page.keyboard.press("+");
    await page.keyboard.press("0");
    const live = plot.getByRole("button", { name: "Live heap" });
    await live.focus();
    await page.keyboard.press("Enter");
    assert.equal(await live.getAttribute("aria-pressed"), "false");
    await plot.screenshot({ path: path.join(folder, "guilty-timeline.png") });
    await page.done();
  },

  async light_and_dark_can_be_read(browser) {
    for (const scheme of ["light", "dark"])
      for (const name of ["guilty", "sweep", "compare", "died"]) {
        const page = await opened(browser, name, { colorScheme: scheme });
        assert.deepEqual(await page.evaluate(badContrasts), [],
          `${name}, ${scheme}`);
        const ground = await page.evaluate(() =>
          getComputedStyle(document.body).backgroundColor);
        assert.equal(ground, scheme === "dark" ? "rgb(13, 17, 23)"
          : "rgb(255, 255, 255)");
        await page.shot(scheme, true);
        await page.done();
      }
  },

  async colours_change_while_it_is_open(browser) {
    const page = await opened(browser, "guilty", { colorScheme: "light" });
    const canvas = page.locator('[data-plot="timeline"] canvas');
    const before = await canvas.evaluate((one) => one.toDataURL());
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction((old) => document.querySelector(
      '[data-plot="timeline"] canvas').toDataURL() !== old, before);
    await page.done();
  },

  async it_prints_with_everything_open(browser) {
    const page = await opened(browser, "guilty", { colorScheme: "dark" });
    await page.emulateMedia({ media: "print" });
    await page.waitForFunction(() =>
      !document.querySelector("main details:not([open])"));
    assert.ok(!await page.locator("nav").isVisible());
    assert.equal(await page.evaluate(() =>
      getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    await page.shot("print", true);
    const pdf = await page.pdf({ format: "A4" });
    fs.writeFileSync(path.join(folder, "guilty.pdf"), pdf);
    assert.ok(pdf.length > 20_000, `${pdf.length} bytes`);
    await page.emulateMedia({ media: "screen" });
    await page.waitForFunction(() =>
      document.querySelector("main details:not([open])"));
    await page.done();
  },

  async it_has_landmarks_headings_and_names(browser) {
    for (const name of ["guilty", "sweep", "compare"]) {
      const page = await opened(browser, name);
      for (const landmark of ["banner", "main", "navigation", "contentinfo"])
        assert.equal(await page.getByRole(landmark).count(), 1, landmark);
      const levels = await page.locator("h1, h2, h3, h4").evaluateAll((all) =>
        all.map((one) => Number(one.tagName[1])));
      levels.reduce((last, level) => {
        assert.ok(level <= last + 1, `${name}: a heading is left out`);
        return level;
      }, 0);
      assert.deepEqual(await page.evaluate(nameless), [], name);
      const ids = await page.locator("[id]").evaluateAll((all) =>
        all.map(({ id }) => id));
      assert.equal(new Set(ids).size, ids.length, `${name}: an id twice`);
      await page.keyboard.press("Tab");
      assert.ok(await page.locator(".skip").isVisible());
      await page.done();
    }
  },

  async a_sweep_shows_cells_heat_and_effects(browser) {
    const page = await opened(browser, "sweep");
    assert.match(await page.locator("h1").innerText(), /^SWEEP buffers/);
    assert.equal(await page.locator("#cells tbody tr").count(), 6);
    assert.ok(await page.locator("#scatter canvas").isVisible());
    assert.ok(await page.locator(".heat [class^=heat-]").count() >= 6);
    assert.ok(await page.locator("#effects svg.ratio").count() > 3);
    await page.locator("#scatter .board").focus();
    await page.keyboard.press("End");
    assert.match(await page.locator("#scatter .reading").innerText(),
      /buffer=64KiB.* for each connection/);
    await page.done();
  },

  async a_comparison_shows_the_difference(browser) {
    const page = await opened(browser, "compare");
    assert.match(await page.locator("h1").innerText(), /^WORSE/);
    const label = await frames(page).last().getAttribute("aria-label");
    assert.match(label, /0 B in OLD, .*B in NEW, per connection$/);
    await page.done();
  },

  async without_scripts_it_still_tells(browser) {
    // Another browser: one that is told later takes no notice of <noscript>.
    const silent = await launched("--blink-settings=scriptEnabled=false");
    const page = await opened(silent, "guilty", {}, false);
    assert.ok(await page.locator("noscript p").isVisible());
    assert.ok(await page.locator(".sentence").isVisible());
    assert.ok(await page.locator("article.finding .stack")
      .getByText("chat_join").first().isVisible());
    await page.done();
    await silent.close();
  },

  async it_fits_a_narrow_window(browser) {
    const page = await opened(browser, "guilty",
      { viewport: { width: 400, height: 800 } });
    const [wide, seen] = await page.evaluate(() =>
      [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= seen, `${wide} pixels of ${seen}`);
    await page.shot("narrow");
    await page.done();
  },
};

// Opened: loaded, and what is in the window painted; it can be read and used.
// Drawn: everything, also what is far below the window.
async function time(browser) {
  const opened_ms = [], drawn_ms = [];
  for (let i = 0; i < 5; ++i) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const began = performance.now();
    await page.goto(url("large"));
    await page.evaluate(() => new Promise((done) =>
      requestAnimationFrame(() => requestAnimationFrame(done))));
    opened_ms.push(Math.round(performance.now() - began));
    await page.waitForSelector("html[data-drawn]", { state: "attached" });
    drawn_ms.push(Math.round(performance.now() - began));
    await context.close();
  }
  const bytes = fs.statSync(path.join(folder, "large.html")).size;
  console.log(JSON.stringify({ page: "large", bytes, opened_ms, drawn_ms }));
}

// Root has no sandbox; nobody else gives it up.
function launched(...words) {
  return chromium.launch({
    executablePath: CHROMIUM,
    // Containers have little of what Chromium would share memory by.
    args: ["--disable-dev-shm-usage", ...words,
      ...(process.getuid() === 0 ? ["--no-sandbox"] : [])],
  });
}

async function main() {
  const browser = await launched();
  let failed = 0;
  if (timing) await time(browser);
  else for (const [name, check] of Object.entries(cases)) {
    try {
      await check(browser);
      console.log(`ok   ${name}`);
    } catch (error) {  // each case is told, then the next runs
      ++failed;
      console.log(`FAIL ${name}: ${error.stack ?? error}`);
    }
  }
  await browser.close();
  process.exitCode = failed ? 1 : 0;
}

main();
