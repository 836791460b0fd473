// Starting a run: data, network, training. The request is shown as it will be sent; the daemon judges it.

class FormPage {
  title = "New run";
  source = "article";
  fields = new Map();

  constructor(signal, options) {
    this.signal = signal;
    this.build();
    const from = Number(options.get("from"));
    if (from) this.repeat(from);
    else this.choose("article");
  }

  build() {
    this.sources = h("div", { class: "sources", role: "radiogroup", "aria-label": "Data" }, Object.entries(SOURCES).map(([key, { title, about }]) =>
      h("label", { class: "source" },
        h("input", { type: "radio", name: "source", value: key, onchange: () => this.choose(key) }),
        h("span", { class: "source-name" }, title), h("span", { class: "quiet" }, about))));
    this.rows = h("input", { inputmode: "numeric", autocomplete: "off" });
    this.rowsField = this.field("source.rows", "Rows", this.rows);
    this.columns = new ColumnChooser({ signal: this.signal, onChange: () => this.show() });
    this.picker = new TablePicker({ signal: this.signal, onChoose: (name) => this.openTable(name) });
    this.tableField = this.field("source.table", "Table or view", this.picker.field, this.picker.element);
    this.labelField = h("div", { class: "field wide", "data-field": "label" }, this.columns.element, fieldFault());
    this.other = h("textarea", { rows: 3, spellcheck: "false", class: "mono", placeholder: '{"clip_norm": 1}' });
    this.request = h("code", {});
    this.drawing = h("div", { class: "drawing" });
    this.fault = h("div", { class: "form-fault" });
    this.startButton = h("button", { class: "primary large" }, "Start training");
    const copyCurl = copyButton("Copy", () => this.request.textContent);
    const form = h("form", { class: "run-form", novalidate: true, oninput: () => this.show() },
      h("div", { class: "form-fields" },
        h("fieldset", { class: "panel" }, h("legend", {}, "Data"), this.sources,
          h("div", { class: "fields" }, this.rowsField, this.tableField, this.labelField,
            OPTIONS.filter((option) => option.group === "Data").map((option) => this.optionField(option)))),
        this.groups(),
        h("details", { class: "panel more" }, h("summary", {}, "More options"),
          h("div", { class: "fields" }, OPTIONS.filter((option) => option.group === "More").map((option) => this.optionField(option)),
            this.field("other", "Any other option, as JSON", this.other)))),
      h("aside", { class: "form-aside", "aria-label": "The request" },
        h("div", { class: "panel" }, this.drawing, this.fault, this.startButton,
          h("header", { class: "panel-head" }, h("h2", {}, "The same with curl"), copyCurl),
          h("pre", { class: "sql short", tabindex: "0", "aria-label": "curl command" }, this.request))));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    this.element = h("div", { class: "page form-page" }, h("header", { class: "page-head" }, h("h1", {}, "New run")), form);
  }

  groups() {
    const names = [...new Set(OPTIONS.map((option) => option.group))].filter((name) => name !== "More" && name !== "Data");
    return names.map((name) => h("fieldset", { class: "panel" }, h("legend", {}, name),
      h("div", { class: "fields" }, OPTIONS.filter((option) => option.group === name).map((option) => this.optionField(option)))));
  }

  optionField(option) {
    let input;
    if (option.kind === "choice") {
      input = h("select", {}, h("option", { value: "" }, "default"), option.values.map((value) => h("option", { value }, value)));
    } else if (option.kind === "flag") {
      input = h("input", { type: "checkbox" });
    } else {
      input = h("input", {
        autocomplete: "off", spellcheck: "false", inputmode: option.kind === "number" ? "decimal" : null,
        placeholder: option.usual ?? "",
      });
    }
    const element = this.field(option.name, option.label, input, input, option.help);
    if (option.kind === "flag") element.classList.add("flag");
    this.fields.set(option.name, { option, input, element });
    return element;
  }

  // A labelled field with a place for what the daemon has to say about it.
  field(name, label, input, content = input, help = null) {
    const id = input.id || freshID("field");
    const fault = fieldFault();
    const note = help && h("span", { class: "quiet help", id: freshID("help") }, help);
    input.id = id;
    setAttributes(input, { "aria-describedby": [note?.id, fault.id].filter(Boolean).join(" ") });
    return h("div", { class: "field", "data-field": name }, h("label", { for: id }, label), content, note, fault);
  }

  choose(source) {
    this.source = source;
    this.sources.querySelector(`[value="${source}"]`).checked = true;
    const defaults = SOURCES[source];
    const isTable = source === "table";
    this.rowsField.hidden = isTable;
    this.tableField.hidden = this.labelField.hidden = !isTable;
    this.rows.placeholder = count(defaults.rows);
    for (const [name, { option, input }] of this.fields) {
      const usual = defaults[name] ?? option.usual;
      if (option.kind === "choice") setText(input.options[0], usual === undefined ? "default" : `${usual} (default)`);
      else if (usual !== undefined) input.placeholder = usual;
    }
    for (const name of ["nulls", "class_weight", "task"]) this.fields.get(name).element.hidden = !isTable && name !== "class_weight";
    this.clearFaults();
    this.show();
  }

  async openTable(name) {
    this.columns.clear();
    this.clearFaults();
    this.show();
    if (!name) return;
    try {
      await this.columns.describe(name);
      this.show();
    } catch (problem) {
      if (this.signal.aborted || !(problem instanceof Problem)) return;
      this.columns.clear();
      this.showFault("source.table", problem);
    }
  }

  // What is filled in, as a request.
  get body() {
    const body = {};
    if (this.source === "table") {
      body.source = { table: this.picker.field.value.trim() };
      Object.assign(body, this.columns.options);
    } else if (this.source !== "article" || this.rows.value.trim()) {
      body.source = { example: this.source };
      if (this.rows.value.trim()) body.source.rows = numberOrText(this.rows.value);
    }
    for (const [name, { option, input, element }] of this.fields) {
      if (element.hidden) continue;
      const text = option.kind === "flag" ? (input.checked ? "yes" : "") : input.value.trim();
      if (text) body[name] = VALUE_OF[option.kind](text);
    }
    const other = this.other.value.trim();
    if (other) {
      const parsed = JSON.parse(other);
      if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) throw new SyntaxError("it is no object");
      // Not by assignment, which would take "__proto__" for something else.
      for (const [name, value] of Object.entries(parsed)) {
        Object.defineProperty(body, name, { value, enumerable: true, configurable: true, writable: true });
      }
    }
    return body;
  }

  show() {
    let body = null;
    try {
      body = this.body;
    } catch {
      return setText(this.request, "The other options are no JSON object yet.");
    }
    setText(this.request, curlCommand(body));
    const layers = body.hidden_layer_sizes ?? VALUE_OF.layers(SOURCES[this.source].hidden_layer_sizes);
    const ends = this.source === "table" ? [this.columns.inputs, this.columns.outputs] : [2, this.source === "spiral" ? 3 : 2];
    const sizes = [ends[0], ...layers.slice(0, 8), ends[1]];
    const key = JSON.stringify(sizes);
    if (key !== this.drawn) replace(this.drawing, networkDrawing(sizes));
    this.drawn = key;
  }

  async start() {
    this.clearFaults();
    let body;
    try {
      body = this.body;
    } catch (error) {
      return this.showFault("other", new Problem(0, { detail: `these options are no JSON object: ${error.message}` }));
    }
    this.startButton.disabled = true;
    try {
      const run = await json("/train", { method: "POST", body });
      location.hash = `#/runs/${run.id}`;
    } catch (problem) {
      this.startButton.disabled = false;
      if (!(problem instanceof Problem)) throw problem;
      this.showFault(problem.field, problem);
    }
  }

  clearFaults() {
    replace(this.fault);
    for (const fault of this.element.querySelectorAll(".field-fault")) setText(fault, "");
    for (const input of this.element.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  }

  // At the field that the daemon names, or at one that holds it; else beside the button.
  showFault(name, problem) {
    const text = [problem.message, problem.hint].filter(Boolean).map(sentence).join(" ");
    const field = [name, FIELD_OF[name], name?.split(".")[0], FIELD_OF[name?.split(".")[0]]].filter(Boolean)
      .map((wanted) => this.element.querySelector(`[data-field="${CSS.escape(wanted)}"]`))
      .find((element) => element && !element.hidden);
    if (!field) {
      replace(this.fault, problemBlock(problem));
      this.fault.scrollIntoView({ block: "nearest" });
      return;
    }
    const details = field.closest("details");
    if (details) details.open = true;
    setText(field.querySelector(".field-fault"), text);
    const input = field.querySelector("input, select, textarea");
    if (!input) return;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }

  // Fills in what another run was asked for.
  async repeat(id) {
    this.choose("article");
    let run;
    try {
      run = await json(`/train/${id}`, { signal: this.signal });
    } catch (problem) {
      if (!this.signal.aborted && problem instanceof Problem) replace(this.fault, problemBlock(problem));
      return;
    }
    const spec = { ...run.spec };
    const source = spec.source?.table ? "table" : spec.source?.example ?? "article";
    this.choose(source);
    if (source === "table") {
      this.picker.field.value = this.picker.chosen = spec.source.table;
      this.columns.label = spec.label;
      for (const [name, column] of Object.entries(spec.columns ?? {})) {
        if (column.type === "categorical" && Object.keys(column).length === 1) this.columns.kinds.set(name, column.type);
      }
    } else if (spec.source?.rows !== SOURCES[source].rows) {
      this.rows.value = spec.source.rows;
    }
    const rest = this.fill(spec, source, run);
    this.other.value = Object.keys(rest).length ? JSON.stringify(rest, null, 2) : "";
    const details = this.other.closest("details");
    details.open = [...details.querySelectorAll("input, select, textarea")].some((input) => input.value);
    this.show();
    if (source === "table") {
      await this.openDescribed(spec);
    }
  }

  async openDescribed(spec) {
    try {
      await this.columns.describe(spec.source.table);
      if (spec.features) {
        for (const column of this.columns.description.columns) {
          const isNamed = spec.features.includes(column.name);
          if (column.name !== spec.label && isNamed !== this.columns.isLearnedByDefault(column)) this.columns.learned.set(column.name, isNamed);
        }
        this.columns.show();
      }
      this.show();
    } catch (problem) {
      if (!this.signal.aborted && problem instanceof Problem) this.showFault("source.table", problem);
    }
  }

  // Fields take what is not the source's default; what has no field is returned.
  fill(spec, source, run) {
    const defaults = SOURCES[source];
    const rest = {};
    const where = spec.source?.where;
    if (where) rest.source = spec.source;
    const isArticle = source === "article" && String(spec.hidden_layer_sizes) === "2";
    for (const [name, value] of Object.entries(spec)) {
      if (name === "activation" && [value].flat().every((one) => one === "relu")) continue;
      if (["source", "label", "features", "name", "tags", "notes", "warm_start"].includes(name) || value === null) continue;
      if (isArticle && (name === "init" || name === "weights")) continue;
      if (name === "init" && value === "normal" && source === "spiral" && spec.scale === 0.01) continue;
      if (name === "scale" && source === "spiral" && value === 0.01) continue;
      if (name === "momentum" && value === (source === "table" || source === "moons" ? 0.9 : 0)) continue;
      if (name === "standardize" && value === (source === "table")) continue;
      if (name === "tol" && value === (source === "table" ? 1e-4 : 0)) continue;
      if (name === "task" && source !== "table") continue;
      if (name === "restore_best" && value === spec.early_stopping) continue;
      if (name === "columns" && Object.keys(value).every((column) => this.columns.kinds.has(column))) continue;
      if (name === "gamma" && value === (spec.learning_rate === "step" ? 0.5 : 0.99)) continue;
      const text = fieldText(name, value);
      if (text === defaults[name]?.replaceAll(",", "")) continue;
      if (defaults[name] === undefined && USUAL[name]?.includes(value)) continue;
      const field = this.fields.get(name);
      if (!field || text === null) rest[name] = value;
      else if (field.option.kind === "flag") field.input.checked = value === true;
      else if (field.option.kind === "choice" && !field.option.values.includes(text)) rest[name] = value;
      else field.input.value = text;
    }
    if (run.name) this.fields.get("name").input.value = run.name;
    this.fields.get("tags").input.value = run.tags.join(", ");
    return rest;
  }
}

// Options of the daemon that are chosen in another field.
const FIELD_OF = { table: "source.table", features: "label", columns: "label", source: "source.table" };

function fieldFault() {
  return h("p", { class: "field-fault", id: freshID("fault"), role: "alert" });
}

// A value as one would type it; null if it can't be typed into a field.
function fieldText(name, value) {
  if (name === "hidden_layer_sizes") return value.length ? value.join(", ") : "none";
  if (name === "activation") return new Set(value).size > 1 ? null : value[0];
  return typeof value === "object" ? null : String(value);
}
