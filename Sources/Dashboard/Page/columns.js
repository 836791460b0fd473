// The columns of a table: what is in them, which one to predict, which ones to learn from.

class ColumnChooser {
  label = null;
  // What was decided by hand, by column: true or false for learning from it, "categorical" or "numeric" for its kind.
  learned = new Map();
  kinds = new Map();

  constructor({ signal, onChange }) {
    Object.assign(this, { signal, onChange });
    this.element = h("div", { class: "columns" });
  }

  async describe(table) {
    this.table = table;
    const asked = this.asked = {};
    if (!this.description) replace(this.element, h("p", { class: "empty loading" }, "Reading the table…"));
    this.element.classList.add("stale");
    try {
      const description = await json(`/describe${query({ table, label: this.label })}`, { signal: this.signal });
      if (this.asked !== asked) return;
      this.description = description;
      this.show();
    } finally {
      if (this.asked === asked) this.element.classList.remove("stale");
    }
  }

  clear() {
    this.asked = null;
    this.description = null;
    this.label = null;
    this.learned.clear();
    this.kinds.clear();
    replace(this.element);
  }

  isLearnedByDefault(column) { return column.role !== "left_out" && column.name !== this.label; }
  isLearned(column) { return column.name !== this.label && (this.learned.get(column.name) ?? this.isLearnedByDefault(column)); }

  show() {
    const { description } = this;
    // The table is made anew when its label changes; the focus stays where it was.
    const focused = document.activeElement?.dataset?.choice;
    const group = freshID("label");
    replace(this.element,
      h("p", { class: "quiet" }, `${description.table}: ${count(description.rows)} rows, ${count(description.columns.length)} columns`),
      scroller("Columns of the table", h("table", { class: "numbers column-table" },
        h("thead", {}, h("tr", {}, ["Predict", "Learn from", "Column", "Holds", "NULLs", "In training"].map((name) =>
          h("th", { scope: "col" }, name)))),
        h("tbody", {}, description.columns.map((column) => this.line(column, group))))));
    if (focused) this.element.querySelector(`[data-choice="${CSS.escape(focused)}"]`)?.focus();
  }

  line(column, group) {
    const isLabel = column.name === this.label;
    const learn = h("input", {
      type: "checkbox", checked: this.isLearned(column), disabled: isLabel, "aria-label": `Learn from ${column.name}`,
      "data-choice": `learn ${column.name}`,
      onchange: () => {
        if (learn.checked === this.isLearnedByDefault(column)) this.learned.delete(column.name);
        else this.learned.set(column.name, learn.checked);
        this.onChange();
      },
    });
    const predict = h("input", {
      type: "radio", name: group, checked: isLabel, "aria-label": `Predict ${column.name}`, "data-choice": `predict ${column.name}`,
      onchange: () => this.predict(column.name),
    });
    return h("tr", { class: isLabel ? "label" : null },
      h("td", { class: "tick-cell" }, predict), h("td", { class: "tick-cell" }, learn),
      h("th", { scope: "row" }, column.name, h("span", { class: "quiet type" }, column.type)),
      h("td", {}, contents(column)), h("td", { class: column.nulls ? "" : "quiet" }, count(column.nulls)),
      h("td", { class: "use" }, this.kindField(column), h("span", { class: "quiet" }, column.use)));
  }

  // Whole numbers may be names of categories.
  kindField(column) {
    if (column.role !== "number" || !/int|bool/.test(column.type) || column.name === this.label) return null;
    const field = h("select", {
      class: "small", "aria-label": `Take ${column.name} as`, "data-choice": `kind ${column.name}`, onchange: () => {
        if (field.value) this.kinds.set(column.name, field.value);
        else this.kinds.delete(column.name);
        this.onChange();
      },
    }, h("option", { value: "" }, "a number"), h("option", { value: "categorical" }, "categories"));
    field.value = this.kinds.get(column.name) ?? "";
    return field;
  }

  predict(name) {
    this.label = name;
    this.learned.delete(name);
    this.kinds.delete(name);
    this.onChange();
    this.describe(this.table).catch((problem) => { if (!this.signal.aborted && !(problem instanceof Problem)) throw problem; });
  }

  // The options that the choices make; none for what the daemon would choose by itself.
  get options() {
    const options = {};
    if (this.label !== null) options.label = this.label;
    if (this.learned.size && this.description) {
      options.features = this.description.columns.filter((column) => this.isLearned(column)).map((column) => column.name);
    }
    if (this.kinds.size) options.columns = Object.fromEntries([...this.kinds].map(([name, type]) => [name, { type }]));
    return options;
  }

  get inputs() {
    if (!this.description) return null;
    let inputs = 0;
    for (const column of this.description.columns) {
      if (!this.isLearned(column)) continue;
      if (this.kinds.get(column.name) === "categorical") inputs += column.distinct ?? 1;
      else inputs += Number(/^([\d,]+) inputs?/.exec(column.use)?.[1].replaceAll(",", "") ?? 1);
    }
    return inputs;
  }

  get outputs() {
    const label = this.description?.columns.find((column) => column.name === this.label);
    return label ? Number(/label of ([\d,]+) classes/.exec(label.use)?.[1].replaceAll(",", "") ?? 1) : null;
  }
}

// What a column holds, in a few words: its range or its most frequent values.
function contents(column) {
  if (column.min !== null && column.max !== null) return `${shorten(column.min)} … ${shorten(column.max)}`;
  if (column.values.length) {
    const rest = (column.distinct ?? 0) - column.values.length;
    return column.values.map(({ value }) => shorten(value)).join(", ") + (rest > 0 ? ` and ${count(rest)} more` : "");
  }
  return column.distinct === null ? "–" : `${count(column.distinct)} different`;
}

function shorten(text) {
  const words = String(text);
  return words.length > 24 ? `${words.slice(0, 23)}…` : words;
}
