// What a run is made of: everything that was decided about it, and why.

class FactsPanel {
  constructor() {
    const id = freshID("facts");
    this.list = h("dl", { class: "facts" });
    this.notices = h("ul", { class: "notices" });
    this.request = h("code", {});
    this.element = h("section", { class: "panel", "aria-labelledby": id },
      h("header", { class: "panel-head" }, h("h2", { id }, "What it is made of")), this.list, this.notices,
      h("details", {}, h("summary", {}, "The whole request"), h("pre", { class: "sql short", tabindex: "0", "aria-label": "Request as JSON" }, this.request)));
  }

  show(run) {
    const { spec } = run;
    const lines = [
      ["Rows", run.rows === null ? "not looked at yet" : `${count(run.rows)} of ${sourceName(spec)}`],
      ["Features", shortList(run.features, 12)],
      ["Label", run.label],
      run.classes && ["Classes", shortList(run.classes.map((name, index) =>
        run.class_counts ? `${name} (${count(run.class_counts[index])})` : String(name)), 10)],
      ["Network", `${architecture(run)}${spec.activation?.length ? `, ${[...new Set([spec.activation].flat())].join(", ")}` : ""}`],
      ["Loss", [words(spec.loss), spec.l2_reg && `L2 ${spec.l2_reg}`, spec.l1_reg && `L1 ${spec.l1_reg}`].filter(Boolean).join(", ")],
      ["Solver", `${spec.solver}, rate ${setting(spec.learning_rate_init)}, ${spec.learning_rate}`],
      ["Batch", run.batch_size === null ? words(String(spec.batch_size)) : run.batch_size === run.rows ? "all rows" : `${count(run.batch_size)} rows`],
      ["Statement", run.shape_reason ?? run.shape ?? "not chosen yet"],
      ["Seed", String(run.seed)],
      ["Created", moment(run.created_at)],
      ["Ended", run.finished_at ? `${moment(run.finished_at)}: ${STOP_REASONS[run.stop_reason] ?? run.stop_reason}` : "not yet"],
    ].filter(Boolean);
    const key = JSON.stringify([lines, run.notices]);
    if (key === this.shown) return;
    this.shown = key;
    replace(this.list, lines.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
    replace(this.notices, run.notices.map((notice) => h("li", {}, sentence(notice))));
    const request = readable(run.spec);
    setText(this.request, request.length > 20_000 ? `${request.slice(0, 20_000)}…` : request);
  }
}

function words(name) {
  return name.replaceAll("_", " ");
}

function shortList(names, limit) {
  return names.slice(0, limit).join(", ") + (names.length > limit ? ` and ${names.length - limit} more` : "");
}
