// All runs, the newest first, kept up to date while one looks.

const LIST_LIMIT = 25;
const BUSY_INTERVAL = 1000;
const IDLE_INTERVAL = 5000;

class RunsPage {
  title = "Runs";
  rows = new Map();
  runs = new Map();
  next = null;
  // Pages beyond the first, which are not fetched again.
  hasOlder = false;

  constructor(signal, options) {
    this.signal = signal;
    this.tag = options.get("tag") ?? "";
    this.name = options.get("name") ?? "";
    this.build();
    this.keepUp();
  }

  build() {
    this.nameField = h("input", {
      type: "search", id: "filter-name", value: this.name, placeholder: "Name or table", spellcheck: "false",
      autocomplete: "off", oninput: () => { this.name = this.nameField.value; this.remember(); this.show(); },
    });
    this.tagField = h("input", {
      type: "search", id: "filter-tag", value: this.tag, placeholder: "Tag", spellcheck: "false", autocomplete: "off",
      onchange: () => this.chooseTag(this.tagField.value.trim()),
    });
    this.body = h("tbody", { role: "rowgroup" });
    this.table = h("table", { class: "runs", role: "table" },
      h("caption", { class: "away" }, "Runs, the newest first"),
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["Run", "State", "Progress", "Loss", "", "Score", "Started"].map((name, index) =>
        h("th", { scope: "col", role: "columnheader", class: ["c-run", "c-state", "c-progress", "c-spark", "c-loss", "c-score", "c-time"][index] },
          name || h("span", { class: "away" }, "Loss in numbers"))))),
      this.body);
    this.message = h("div", { class: "message" });
    this.olderButton = h("button", { type: "button", class: "older", hidden: true, onclick: () => this.fetchOlder() }, "Older runs");
    this.element = h("div", { class: "page list-page" },
      h("header", { class: "page-head" },
        h("h1", {}, "Runs"),
        h("div", { class: "filters", role: "search" },
          h("label", { class: "away", for: "filter-name" }, "Filter by name"), this.nameField,
          h("label", { class: "away", for: "filter-tag" }, "Filter by tag"), this.tagField),
        h("a", { class: "button primary", href: "#/new" }, "New run")),
      h("section", { class: "panel runs-panel", "aria-label": "Runs" }, this.table, this.message),
      this.olderButton);
    this.skeleton();
  }

  // Grey lines in the places where the runs will be.
  skeleton() {
    replace(this.body, Array.from({ length: 6 }, () => h("tr", { class: "skeleton", "aria-hidden": "true" },
      h("td", { colspan: 7 }, h("span", { class: "bone" })))));
  }

  async keepUp() {
    while (!this.signal.aborted) {
      try {
        await this.fetchNewest();
        showLink(null);
      } catch (problem) {
        if (this.signal.aborted) return;
        this.fail(problem);
      }
      const isBusy = [...this.runs.values()].some((run) => !hasEnded(run));
      await pause(isBusy ? BUSY_INTERVAL : IDLE_INTERVAL, this.signal);
      await untilVisible(this.signal);
    }
  }

  async fetchNewest() {
    const tag = this.tag;
    const page = await json(`/train${query({ sparkline: 24, limit: LIST_LIMIT, tag })}`, { signal: this.signal });
    if (tag !== this.tag) return;
    if (!this.hasOlder) {
      this.next = page.next;
      this.runs.clear();
    }
    // What is missing within the page's numbers has been deleted.
    const lowest = page.next === null ? 0 : page.runs.at(-1)?.id ?? 0;
    for (const id of this.runs.keys()) if (id >= lowest) this.runs.delete(id);
    for (const run of page.runs) this.runs.set(run.id, run);
    this.isLoaded = true;
    this.show();
  }

  async fetchOlder() {
    this.olderButton.disabled = true;
    try {
      const page = await json(
        `/train${query({ sparkline: 24, limit: LIST_LIMIT, before: this.next, tag: this.tag })}`,
        { signal: this.signal });
      this.hasOlder = true;
      this.next = page.next;
      for (const run of page.runs) this.runs.set(run.id, run);
      this.show();
    } catch (problem) {
      if (!this.signal.aborted) this.fail(problem);
    }
    this.olderButton.disabled = false;
  }

  chooseTag(tag) {
    if (tag === this.tag) return;
    this.tag = this.tagField.value = tag;
    this.hasOlder = false;
    this.runs.clear();
    this.isLoaded = false;
    this.remember();
    this.fetchNewest().catch((problem) => { if (!this.signal.aborted) this.fail(problem); });
  }

  // The filters belong to the address, so that it can be kept and sent.
  remember() {
    history.replaceState(null, "", `#/${query({ tag: this.tag, name: this.name })}`);
  }

  fail(problem) {
    if (this.isLoaded) {
      showLink(problem.isTransient ? "No answer from the daemon; trying again" : sentence(problem.message));
      return;
    }
    replace(this.body);
    this.table.hidden = true;
    replace(this.message, problemBlock(problem, () => {
      replace(this.message);
      this.table.hidden = false;
      this.skeleton();
      this.fetchNewest().catch((again) => { if (!this.signal.aborted) this.fail(again); });
    }));
  }

  matches(run) {
    const words = this.name.trim().toLowerCase();
    if (!words) return true;
    return [title(run), sourceName(run.spec), String(run.id)].some((text) => text.toLowerCase().includes(words));
  }

  show() {
    if (!this.isLoaded) return;
    const shown = [...this.runs.values()].sort((a, b) => b.id - a.id).filter((run) => this.matches(run));
    this.body.querySelectorAll(".skeleton").forEach((line) => line.remove());
    for (const [id, row] of this.rows) {
      if (shown.some((run) => run.id === id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    shown.forEach((run, index) => {
      let row = this.rows.get(run.id);
      if (!row) this.rows.set(run.id, row = new RunRow(run.id, (tag) => this.chooseTag(tag)));
      row.show(run);
      if (this.body.children[index] !== row.element) this.body.insertBefore(row.element, this.body.children[index] ?? null);
    });
    this.table.hidden = shown.length === 0;
    this.olderButton.hidden = this.next === null;
    if (shown.length) replace(this.message);
    else if (!this.message.firstChild?.classList.contains("empty")) this.showEmpty();
  }

  showEmpty() {
    if (this.tag || this.name) {
      replace(this.message, h("div", { class: "empty" },
        h("p", {}, "None of the runs here goes by that name or tag."),
        h("button", { type: "button", onclick: () => this.clear() }, "Show all")));
      return;
    }
    const start = h("button", { type: "button", class: "primary", onclick: () => this.startExample(start) },
      "Train the article’s example");
    replace(this.message, h("div", { class: "empty first" },
      h("h2", {}, "No runs yet"),
      h("p", {}, "A network with two hidden units learns to tell two classes of 100,000 points apart, in a few seconds, in SQL."),
      h("div", { class: "buttons" }, start, h("a", { class: "button", href: "#/new" }, "Choose data and options"))));
  }

  async startExample(button) {
    button.disabled = true;
    try {
      const run = await json("/train", { method: "POST", body: {} });
      location.hash = `#/runs/${run.id}`;
    } catch (problem) {
      button.disabled = false;
      button.closest(".empty").append(problemBlock(problem));
    }
  }

  clear() {
    this.name = this.nameField.value = "";
    this.chooseTag("");
    this.remember();
    this.show();
  }
}

// A run's line in the list.
class RunRow {
  constructor(id, onTag) {
    this.onTag = onTag;
    this.link = h("a", { href: `#/runs/${id}`, class: "run-link" });
    this.about = h("span", { class: "run-about quiet" });
    this.tags = h("span", { class: "tags" });
    this.badge = stateBadge();
    this.bar = progressBar();
    this.epochs = h("span", { class: "quiet tabular" });
    this.spark = sparkline();
    // Cards on narrow screens are a table all the same.
    this.loss = h("td", { role: "cell", class: "c-loss tabular" });
    this.score = h("td", { role: "cell", class: "c-score tabular" });
    this.time = h("td", { role: "cell", class: "c-time quiet" });
    this.element = h("tr", { role: "row" },
      h("td", { role: "cell", class: "c-run" }, h("div", { class: "run-line" }, this.link, this.tags), this.about),
      h("td", { role: "cell", class: "c-state" }, this.badge),
      h("td", { role: "cell", class: "c-progress" }, this.bar, this.epochs),
      h("td", { role: "cell", class: "c-spark" }, this.spark), this.loss, this.score, this.time);
  }

  show(run) {
    setText(this.link, title(run));
    setText(this.about, `${run.name ? `run ${run.id} · ` : ""}${sourceName(run.spec)} · ${architecture(run)}`);
    showState(this.badge, run.state);
    showProgress(this.bar, run);
    setText(this.epochs, run.state === "running" && run.eta_s !== null
      ? `${count(run.epoch)} / ${count(run.max_iter)} · ${duration(run.eta_s)} left`
      : `${count(run.epoch)} / ${count(run.max_iter)}`);
    drawSparkline(this.spark, run.sparkline, hasEnded(run) ? 1 : run.epoch / run.max_iter);
    setText(this.loss, number(run.loss));
    const value = score(run);
    setText(this.score, run.task === "regression" && value !== "–" ? `R² ${value}` : value);
    setText(this.time, ago(run.started_at ?? run.created_at));
    setAttributes(this.time, { title: moment(run.started_at ?? run.created_at) });
    this.showTags(run.tags);
  }

  showTags(tags) {
    if (this.shownTags === tags.join("\n")) return;
    this.shownTags = tags.join("\n");
    replace(this.tags, tags.map((tag) => h("button", {
      type: "button", class: "tag", "aria-label": `Show runs with the tag ${tag}`, onclick: () => this.onTag(tag),
    }, tag)));
  }
}

// A page that nobody sees asks for nothing.
function untilVisible(signal) {
  if (!document.hidden || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    const look = () => { if (!document.hidden) done(); };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", done, { once: true });
  });
}
