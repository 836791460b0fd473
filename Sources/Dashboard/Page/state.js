// The state of a run in a word and a colour, and how far it is.

const STATE_WORDS = {
  queued: "queued", preparing: "preparing", running: "training", succeeded: "finished", failed: "failed",
  diverged: "diverged", cancelled: "cancelled",
};

function stateBadge() {
  return h("span", { class: "state" }, h("span", { class: "state-dot", "aria-hidden": "true" }), h("span", {}));
}

function showState(badge, state) {
  setAttributes(badge, { class: `state ${state}` });
  setText(badge.lastChild, STATE_WORDS[state] ?? state);
}

function progressBar() {
  return h("div", { class: "progress", role: "progressbar", "aria-valuemin": "0" }, h("div", { class: "progress-done" }));
}

function showProgress(bar, run) {
  const share = run.max_iter ? Math.min(1, run.epoch / run.max_iter) : 0;
  setAttributes(bar, {
    class: `progress ${run.state}`, "aria-valuenow": run.epoch, "aria-valuemax": run.max_iter,
    "aria-label": `epoch ${run.epoch} of ${run.max_iter}`,
  });
  bar.firstChild.style.transform = `scaleX(${share})`;
}
