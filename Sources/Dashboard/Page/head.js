// The top of a run's page: its name, its state, what can be done, and the numbers that matter.

class RunHead {
  constructor(page) {
    this.page = page;
    this.name = h("h1", {}, page.title);
    this.about = h("p", { class: "quiet" }, "\u00a0");
    this.badge = stateBadge();
    this.actions = new RunActions(page);
    this.bar = progressBar();
    this.values = {};
    this.tiles = ["Epoch", "Loss", "Score", "Validation", "Learning rate", "Time"].map((name) => {
      const tile = this.values[name] = { name: h("dt", {}, name), value: h("dd", {}, "–"), note: h("dd", { class: "quiet" }, "\u00a0") };
      return h("div", { class: "tile" }, tile.name, tile.value, tile.note);
    });
    this.error = h("div", { class: "run-error" });
    this.element = h("header", { class: "run-head" },
      h("div", { class: "page-head" },
        h("div", { class: "run-name" }, h("div", { class: "name-line" }, this.name, this.badge), this.about),
        this.actions.element),
      h("div", { class: "panel tiles-panel" }, this.bar, h("dl", { class: "tiles" }, this.tiles)),
      this.error);
  }

  show(run) {
    setText(this.name, title(run));
    setText(this.about, `${run.name ? `run ${run.id} · ` : ""}${run.features.length} feature${run.features.length === 1 ? "" : "s"} of ${sourceName(run.spec)} → ${run.label}`);
    showState(this.badge, run.state);
    showProgress(this.bar, run);
    this.actions.show(run);
    this.tile("Epoch", count(run.epoch), `of ${count(run.max_iter)}`);
    this.tile("Loss", number(run.loss, 5), run.rows ? `on ${count(run.rows)} rows` : "");
    this.tile("Score", score(run), "on the rows it learns from", run.task === "regression" ? "R²" : "Accuracy");
    const held = run.validation;
    this.tile("Validation", held ? score(run, held) : "–", held ? `loss ${number(held.loss)}, ${count(held.rows)} rows held out` : "no rows held out");
    this.tile("Learning rate", setting(run.learning_rate), run.spec.solver);
    this.showTime(run);
    this.showError(run.error);
  }

  tile(key, value, note, name = key) {
    const tile = this.values[key];
    setText(tile.name, name);
    setText(tile.value, value);
    setText(tile.note, note || "\u00a0");
  }

  showTime(run) {
    if (run.state === "running" && run.eta_s !== null) return this.tile("Time", duration(run.eta_s), "left", "Time");
    const began = run.started_at ? Date.parse(run.started_at) : null;
    if (!began) return this.tile("Time", "–", STATE_WORDS[run.state]);
    const end = run.finished_at ? Date.parse(run.finished_at) : Date.now();
    this.tile("Time", duration((end - began) / 1000), hasEnded(run) ? STOP_REASONS[run.stop_reason] ?? "" : "so far");
  }

  showError(error) {
    const key = JSON.stringify(error);
    if (key === this.shownError) return;
    this.shownError = key;
    replace(this.error, error && h("div", { class: "problem", role: "alert" },
      h("p", {}, sentence(error.message)), error.hint && h("p", { class: "quiet" }, sentence(error.hint))));
  }
}
