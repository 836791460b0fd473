// Choosing a table: a field that searches while one types, and takes any name.

class TablePicker {
  tables = [];
  active = -1;

  constructor({ signal, onChoose }) {
    Object.assign(this, { signal, onChoose });
    const list = freshID("tables");
    this.field = h("input", {
      id: freshID("table"), role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: "Search tables and views",
      "aria-expanded": "false", "aria-controls": list, "aria-autocomplete": "list",
      oninput: () => this.search(), onfocus: () => this.search(), onkeydown: (event) => this.press(event),
      onblur: () => this.close(), onchange: () => this.choose(this.field.value.trim()),
    });
    this.list = h("ul", { id: list, class: "options", role: "listbox", "aria-label": "Tables and views", hidden: true });
    this.element = h("div", { class: "picker" }, this.field, this.list);
  }

  async search() {
    const words = this.field.value.trim();
    this.searched = words;
    await pause(this.tables.length ? 120 : 0, this.signal);
    if (this.searched !== words || this.signal.aborted) return;
    try {
      const page = await json(`/tables${query({ search: words === this.chosen ? "" : words, limit: 40 })}`, { signal: this.signal });
      if (this.searched !== words || document.activeElement !== this.field) return;
      this.offer(page.tables);
    } catch {
      // Any name can be typed all the same, and the daemon says what is wrong with it.
      this.close();
    }
  }

  offer(tables) {
    this.tables = tables;
    this.active = -1;
    replace(this.list, tables.length
      ? tables.map((table, index) => h("li", {
        id: `${this.list.id}-${index}`, role: "option", "aria-selected": "false",
        // Before the field loses the focus.
        onpointerdown: (event) => { event.preventDefault(); this.choose(table.table); },
      }, h("span", {}, table.schema === "public" ? "" : h("span", { class: "quiet" }, `${table.schema}.`), table.name),
      h("span", { class: "quiet" }, [
        table.kind === "table" ? null : words(table.kind), table.rows === null || table.rows < 0 ? null : `${count(table.rows)} rows`,
        table.columns === undefined || table.columns === null ? null : `${count(table.columns)} columns`,
      ].filter(Boolean).join(", "))))
      : h("li", { class: "quiet nothing" }, "no table or view of that name"));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.searched = null;
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  press(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) return void this.search();
      if (!this.tables.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = (this.active + step + this.tables.length + (this.active < 0 && step < 0 ? 1 : 0)) % this.tables.length;
      [...this.list.children].forEach((option, index) => setAttributes(option, { "aria-selected": index === this.active }));
      this.list.children[this.active].scrollIntoView({ block: "nearest" });
      this.field.setAttribute("aria-activedescendant", this.list.children[this.active].id);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.choose(this.active >= 0 && !this.list.hidden ? this.tables[this.active].table : this.field.value.trim());
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    }
  }

  choose(name) {
    this.close();
    if (this.field.value !== name) this.field.value = name;
    if (name === this.chosen) return;
    this.chosen = name;
    this.onChoose(name);
  }
}
