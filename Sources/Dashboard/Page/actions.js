// Cancel, resume, start again, delete.

class RunActions {
  constructor(page) {
    this.page = page;
    this.cancelButton = h("button", { type: "button", hidden: true, onclick: () => this.cancel() }, "Cancel");
    this.resumeButton = h("button", { type: "button", hidden: true, onclick: () => this.openResume() }, "Resume");
    this.againLink = h("a", { class: "button", hidden: true, href: `#/new?from=${page.id}` }, "Start again");
    this.deleteButton = h("button", { type: "button", class: "danger", hidden: true, onclick: () => this.openDelete() }, "Delete");
    this.fault = h("div", { class: "fault" });
    this.element = h("div", { class: "actions" }, h("div", { class: "buttons" },
      this.cancelButton, this.resumeButton, this.againLink, this.deleteButton), this.fault);
  }

  show(run) {
    const ended = hasEnded(run);
    this.cancelButton.hidden = ended;
    if (ended) {
      this.cancelButton.disabled = false;
      setText(this.cancelButton, "Cancel");
    }
    this.resumeButton.hidden = !ended || run.state === "diverged";
    this.deleteButton.hidden = !ended;
    this.againLink.hidden = false;
  }

  async try(work) {
    replace(this.fault);
    try {
      await work();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      replace(this.fault, problemBlock(problem));
    }
  }

  async cancel() {
    this.cancelButton.disabled = true;
    setText(this.cancelButton, "Cancelling…");
    await this.try(async () => this.page.changed(await json(`/train/${this.page.id}`, { method: "DELETE" })));
    if (this.fault.firstChild) {
      this.cancelButton.disabled = false;
      setText(this.cancelButton, "Cancel");
    }
  }

  openResume() {
    const { run } = this.page;
    const hasRest = run.epoch < run.max_iter;
    const field = h("input", {
      id: "resume-epochs", type: "number", min: run.epoch + 1, step: 1, required: true,
      value: hasRest ? run.max_iter : run.epoch + Math.max(1, run.max_iter), "aria-describedby": "resume-words resume-fault",
    });
    const fault = h("p", { id: "resume-fault", class: "wrong", role: "alert" });
    openDialog({
      heading: "Resume the run", act: "Resume",
      content: [
        h("p", { id: "resume-words", class: "quiet" },
          `It has done ${count(run.epoch)} epochs, and goes on from there with what it learned.`),
        h("label", { for: "resume-epochs" }, "Epochs in all"), field, fault,
      ],
      work: async () => {
        try {
          const resumed = await json(`/train/${run.id}/resume`, { method: "POST", body: { max_iter: Number(field.value) } });
          this.page.changed(resumed);
        } catch (problem) {
          if (!(problem instanceof Problem)) throw problem;
          setText(fault, [problem.message, problem.hint].filter(Boolean).map(sentence).join(" "));
          field.setAttribute("aria-invalid", "true");
          field.focus();
          return false;
        }
      },
    });
    field.select();
  }

  openDelete() {
    const { run } = this.page;
    const fault = h("p", { class: "wrong", role: "alert" });
    openDialog({
      heading: `Delete ${title(run)}?`, act: "Delete", isDangerous: true,
      content: [
        h("p", {}, `Its ${count(run.epoch)} epochs, parameters and measurements go for good. The table it learned from stays.`),
        fault,
      ],
      work: async () => {
        try {
          await json(`/train/${run.id}?purge=true`, { method: "DELETE" });
          location.hash = "#/";
        } catch (problem) {
          if (!(problem instanceof Problem)) throw problem;
          setText(fault, sentence(problem.message));
          return false;
        }
      },
    });
  }
}

// A question with an answer. `work` returns false to keep it open.
function openDialog({ heading, content, act, isDangerous, work }) {
  const id = freshID("dialog");
  const button = h("button", { class: isDangerous ? "danger filled" : "primary" }, act);
  const form = h("form", { novalidate: true }, h("h2", { id }, heading), content,
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => dialog.close() }, "Not now"), button));
  const dialog = h("dialog", { "aria-labelledby": id }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const result = await work();
    button.disabled = false;
    if (result !== false) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  if (isDangerous) form.querySelector("button").focus();
}
