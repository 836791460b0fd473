// What people write about a run: its name, tags, notes.

class NotesPanel {
  constructor(page) {
    this.page = page;
    const id = freshID("notes");
    this.fields = {
      name: h("input", { id: freshID("name"), autocomplete: "off", spellcheck: "false" }),
      tags: h("input", { id: freshID("tags"), autocomplete: "off", spellcheck: "false", placeholder: "separated by commas" }),
      notes: h("textarea", { id: freshID("text"), rows: 4 }),
    };
    this.saveButton = h("button", { class: "primary", disabled: true }, "Save");
    this.status = h("span", { class: "quiet", role: "status" });
    const form = h("form", { class: "notes", novalidate: true, oninput: () => this.look() },
      ["name", "tags", "notes"].map((key) => h("div", { class: "field" },
        h("label", { for: this.fields[key].id }, key.charAt(0).toUpperCase() + key.slice(1)), this.fields[key])),
      h("div", { class: "buttons" }, this.saveButton, this.status));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.element = h("section", { class: "panel", "aria-labelledby": id },
      h("header", { class: "panel-head" }, h("h2", { id }, "Name, tags and notes")), form);
  }

  // Takes over what is stored, unless something else has been typed.
  show(run) {
    const stored = { name: run.name ?? "", tags: run.tags.join(", "), notes: run.notes ?? "" };
    for (const key of Object.keys(stored)) {
      const field = this.fields[key];
      if (!this.stored || field.value === this.stored[key]) field.value = stored[key];
    }
    this.stored = stored;
    this.look();
  }

  look() {
    const isChanged = Object.keys(this.fields).some((key) => this.fields[key].value !== this.stored?.[key]);
    this.saveButton.disabled = !isChanged;
    if (isChanged) setText(this.status, "");
  }

  async save() {
    const { name, tags, notes } = this.fields;
    const body = { name: name.value.trim() || null, tags: splitTags(tags.value), notes: notes.value || null };
    this.saveButton.disabled = true;
    try {
      const run = await json(`/train/${this.page.id}`, { method: "PATCH", body });
      this.stored = null;
      this.page.show(run);
      setText(this.status, "Saved");
      setAttributes(this.status, { class: "quiet" });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.saveButton.disabled = false;
      setText(this.status, [problem.message, problem.hint].filter(Boolean).map(sentence).join(" "));
      setAttributes(this.status, { class: "wrong" });
      this.fields[problem.field]?.focus();
    }
  }
}

function splitTags(text) {
  return text.split(",").map((tag) => tag.trim()).filter(Boolean);
}
