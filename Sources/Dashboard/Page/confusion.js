// How good a run is, in numbers: computed by the database over all rows, so a long table is only read when asked for.

// Rows that are evaluated without asking.
const EVALUATED_ROWS = 300_000;

class EvaluationPanel {
  constructor(run, signal) {
    const id = freshID("evaluation");
    Object.assign(this, { run, signal });
    this.body = h("div", { class: "evaluation" });
    this.where = h("span", { class: "quiet" });
    this.again = h("button", { type: "button", class: "small", onclick: () => this.fetch(this.epoch) }, "evaluate");
    this.element = h("section", { class: "panel evaluation-panel", "aria-labelledby": id },
      h("header", { class: "panel-head" }, h("h2", { id }, "Evaluation"), this.where, this.again), this.body);
    if (!hasEnded(run)) this.wait();
    else this.reserve();
  }

  wait() {
    replace(this.body, h("p", { class: "empty" },
      this.run.task === "regression"
        ? "Errors of the predictions, computed in the database when you ask for them."
        : "The confusion matrix, computed in the database when you ask for it."));
  }

  // The tables as they will be, without numbers: nothing moves when these come.
  reserve() {
    const { classes, task } = this.run;
    if (task === "regression") {
      replace(this.body, this.errors({ deciles: Array.from({ length: 10 }, () => ({})) }));
    } else if (classes) {
      replace(this.body, this.classes({
        confusion_matrix: { classes, counts: classes.map(() => classes.map(() => null)) },
        classes: classes.map((name) => ({ class: name, support: undefined })), macro: {},
      }));
    }
  }

  // The run has moved on, or another epoch is looked at.
  update(run, epoch) {
    this.run = run;
    this.epoch = epoch;
    setText(this.again, `evaluate epoch ${count(epoch)}`);
    this.again.disabled = run.epoch === 0 || this.shown === epoch;
    if (hasEnded(run) && run.epoch > 0 && !this.hasAsked && run.rows <= EVALUATED_ROWS) {
      this.hasAsked = true;
      whenSeen(this.element, this.signal, () => this.fetch());
    }
  }

  async fetch(epoch) {
    this.hasAsked = true;
    this.again.disabled = true;
    if (this.shown === undefined) this.reserve();
    setText(this.where, "reading the rows…");
    try {
      const evaluation = await json(`/train/${this.run.id}/evaluation${query({ epoch })}`, { signal: this.signal });
      this.shown = evaluation.epoch;
      this.show(evaluation);
    } catch (problem) {
      if (this.signal.aborted) return;
      setText(this.where, "");
      replace(this.body, problemBlock(problem, () => this.fetch(epoch)));
    }
    this.again.disabled = this.shown === this.epoch;
  }

  show(evaluation) {
    const split = { train: "training", validation: "held-out", test: "test" }[evaluation.split] ?? evaluation.split;
    setText(this.where, `epoch ${count(evaluation.epoch)}, ${count(evaluation.rows)} ${split} rows`);
    replace(this.body,
      evaluation.notice && h("p", { class: "quiet" }, sentence(evaluation.notice)),
      evaluation.confusion_matrix ? this.classes(evaluation) : this.errors(evaluation));
  }

  classes(evaluation) {
    return [
      measures([
        ["accuracy", percent(evaluation.accuracy)], ["log loss", number(evaluation.log_loss)],
        ["ROC AUC", number(evaluation.roc_auc)],
        ["calibration error", percent(evaluation.calibration?.expected_error)],
      ]),
      h("div", { class: "evaluation-tables" }, confusionTable(evaluation.confusion_matrix), classTable(evaluation)),
    ];
  }

  errors(evaluation) {
    return [
      measures([
        ["RMSE", number(evaluation.rmse)], ["MAE", number(evaluation.mae)], ["R²", number(evaluation.r2)],
        ["mean error", number(evaluation.mean_error)], ["largest error", number(evaluation.max_error)],
      ]),
      evaluation.deciles?.length > 0 && scroller("Means by tenth", h("table", { class: "numbers" },
        h("caption", {}, "Rows by what was predicted, in tenths"),
        h("thead", {}, h("tr", {}, ["predicted", "actual", "difference", "rows"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, evaluation.deciles.map((decile) => h("tr", {},
          h("td", {}, number(decile.predicted)), h("td", {}, number(decile.actual)),
          h("td", {}, number(decile.actual - decile.predicted, 3)), h("td", {}, count(decile.rows))))))),
    ];
  }
}

function measures(pairs) {
  return h("dl", { class: "measures" }, pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

// Wide tables scroll within the page, also by keyboard.
function scroller(label, table) {
  return h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": label }, table);
}

function confusionTable({ classes, counts }) {
  return scroller("Confusion matrix", h("table", { class: "confusion" },
    h("caption", {}, "Rows by their class and the one predicted"),
    h("thead", {},
      h("tr", {}, h("td", {}), h("th", { colspan: classes.length, scope: "colgroup", class: "axis" }, "predicted")),
      h("tr", {}, h("th", { scope: "col", class: "axis" }, "actual"),
        classes.map((name) => h("th", { scope: "col" }, String(name))))),
    h("tbody", {}, counts.map((row, actual) => {
      const total = row.reduce((sum, rows) => sum + rows, 0);
      return h("tr", {}, h("th", { scope: "row" }, String(classes[actual])), row.map((rows, predicted) => {
        const cell = h("td", { class: actual === predicted ? "right" : "mistaken" }, count(rows));
        cell.style.setProperty("--share", `${total ? Math.round(52 * rows / total) : 0}%`);
        return cell;
      }));
    }))));
}

function classTable(evaluation) {
  const lines = [
    ...evaluation.classes.map((line) => [String(line.class), line, line.support]),
    ["mean", evaluation.macro, null],
  ];
  return scroller("Measures by class", h("table", { class: "numbers" },
    h("caption", {}, "By class"),
    h("thead", {}, h("tr", {},
      ["class", "precision", "recall", "F1", "rows"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, lines.map(([name, line, support]) => h("tr", {},
      h("th", { scope: "row" }, name), h("td", {}, percent(line.precision)), h("td", {}, percent(line.recall)),
      h("td", {}, number(line.f1)), h("td", {}, support === null ? "" : count(support)))))));
}
