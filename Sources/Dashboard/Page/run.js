// One run: how it goes, what it learned, and what can be done with it.

// Pictures of a run at work are fetched this often at most.
const LIVE_INTERVAL = 700;

class RunPage {
  constructor(signal, id) {
    Object.assign(this, { signal, id });
    this.title = `Run ${id}`;
    this.element = h("div", { class: "page run-page" }, 
      (this.head = new RunHead(this)).element, h("div", { class: "panel ghost" }), h("div", { class: "panel ghost tall" }));
    this.open();
  }

  async open() {
    try {
      const run = await json(`/train/${this.id}`, { signal: this.signal });
      this.build(run);
      await this.attend();
    } catch (problem) {
      if (this.signal.aborted) return;
      if (!(problem instanceof Problem)) throw problem;
      if (this.run && problem.code !== "run_not_found") return showLink(sentence(problem.message));
      this.element.replaceChildren(this.head.element, h("section", { class: "panel" }, problemBlock(problem,
        problem.isTransient || problem.code === "run_not_found" ? null : () => this.open())));
      if (!problem.isTransient) return;
      await pause(2000, this.signal);
      if (!this.signal.aborted) this.open();
    }
  }

  build(run) {
    this.history = new History();
    const onSelect = (epoch) => this.timeline.jump(epoch);
    this.curves = [
      new Curve({ name: "Loss", measure: "loss", format: (value) => number(value, 5), canBeLogarithmic: true, onSelect }),
      run.task === "regression"
        ? new Curve({ name: "R²", measure: "score", format: (value) => number(value), onSelect, bounds: { low: -1, high: 1 } })
        : new Curve({
          name: "Accuracy", measure: "score", format: (value) => percent(value), onSelect,
          bounds: { high: 1, tickText: percentTicks },
        }),
    ];
    this.timeline = new Timeline({ signal: this.signal, onChange: (epoch) => this.showEpoch(epoch) });
    this.parameters = new ParameterFrames(run.id, this.signal);
    this.heatMaps = new HeatMaps(this.signal);
    this.decisions = new BoundaryFrames(run.id, this.signal);
    this.boundary = new BoundaryPicture(this.signal);
    this.evaluation = new EvaluationPanel(run, this.signal);
    this.statement = new StatementPanel(run, this.signal);
    this.facts = new FactsPanel();
    this.notes = new NotesPanel(this);
    this.scrub = h("section", { class: "panel scrub", "aria-label": "Epoch shown" }, this.timeline.element);
    this.pictures = h("div", { class: "pictures" }, this.boundary.element, this.heatMaps.element);
    this.element.replaceChildren(
      this.head.element,
      h("div", { class: "curves" }, this.curves.map((curve) => curve.element)),
      this.scrub,
      this.pictures, this.evaluation.element, this.statement.element,
      h("div", { class: "pictures" }, this.facts.element, this.notes.element));
    this.show(run);
  }

  // Two features that are one input each make a plane.
  hasPlane(run) { return run.features.length === 2 && (run.inputs ?? 2) === 2; }

  show(run) {
    this.run = run;
    this.title = title(run);
    setTitle(this.title);
    this.head.show(run);
    this.boundary.element.hidden = !this.hasPlane(run);
    this.pictures.classList.toggle("single", !this.hasPlane(run));
    this.boundary.label = run.label;
    this.statement.update(run);
    this.facts.show(run);
    this.notes.show(run);
    this.showCurves();
    this.evaluation.update(run, this.timeline.epoch);
    // Of a run that ended before its first epoch there is nothing to see.
    const isBare = hasEnded(run) && run.epoch === 0;
    for (const part of [this.scrub, this.pictures, this.evaluation.element, this.statement.element]) part.hidden = isBare;
  }

  showCurves() {
    const { run } = this;
    const last = this.history.lastEpoch;
    const best = run.validation?.best_epoch ?? null;
    for (const curve of this.curves) {
      curve.show(this.history, {
        hasEnded: hasEnded(run), limit: hasEnded(run) ? last : run.max_iter, selected: this.history.train.isEmpty ? null : this.timeline.epoch, best,
      });
    }
  }

  // Fetches what is there, then goes along with the run until it ends. A resumed run is attended anew.
  async attend() {
    await fetchHistory(this.run, this.history, this.signal);
    this.advance();
    this.parameters.fetchAhead(this.history.lastEpoch).catch(ignoreAborted(this.signal));
    if (hasEnded(this.run)) return;
    const watch = new AbortController();
    const signal = AbortSignal.any([this.signal, watch.signal]);
    this.watchState(signal);
    await follow(this.id, {
      after: this.history.train.isEmpty ? null : this.history.lastEpoch, signal: this.signal,
      onEvents: (events) => this.take(events),
      onState: (state, delay) => showLink(state === "live" ? null
        : `Connection lost; trying again in ${duration(Math.max(1, delay / 1000))}`),
    });
    watch.abort();
    if (this.signal.aborted) return;
    await this.fillGaps();
    this.show(await json(`/train/${this.id}`, { signal: this.signal }));
    this.advance();
    showLink(null);
    this.parameters.fetchAhead(this.history.lastEpoch).catch(ignoreAborted(this.signal));
  }

  // A page that could not keep up was told of some epochs only.
  async fillGaps() {
    const { epochs } = this.history.train;
    if (epochs.length > FETCHED_EPOCHS || epochs.length > this.history.lastEpoch - epochs[0]) return;
    const history = new History();
    await fetchHistory(this.run, history, this.signal);
    if (history.train.epochs.length > epochs.length) this.history = history;
  }

  // State, time left and the like are not in the stream.
  async watchState(signal) {
    while (!signal.aborted) {
      await pause(LIVE_INTERVAL, signal);
      await untilVisible(signal);
      if (signal.aborted) return;
      try {
        this.show(await json(`/train/${this.id}`, { signal }));
      } catch { /* The stream says that the connection is lost, and looks for it. */ }
    }
  }

  take(events) {
    for (const { name, data } of events) {
      if (name === "metrics") this.history.take(data);
      else if (name === "end") this.show(data);
    }
    if (this.history.lastEpoch > this.run.epoch) this.run.epoch = this.history.lastEpoch;
    this.head.show(this.run);
    this.advance();
  }

  advance() {
    // Of a run that was cancelled the last epoch is there, but was not measured any more.
    this.timeline.extend(Math.max(this.history.lastEpoch, this.run.epoch), this.run.validation?.best_epoch ?? null, !hasEnded(this.run));
    this.showCurves();
    if (!this.shownEpoch && !this.history.train.isEmpty) this.showEpoch(this.timeline.epoch);
  }

  // Shows an epoch in the pictures. Of several that are asked for meanwhile, the last.
  async showEpoch(epoch) {
    this.wanted = epoch;
    this.showCurves();
    this.evaluation.update(this.run, epoch);
    if (this.drawing) return this.drawing;
    this.drawing = this.drawEpochs();
    try {
      await this.drawing;
    } finally {
      this.drawing = null;
    }
  }

  async drawEpochs() {
    while (this.wanted !== null && !this.signal.aborted) {
      const epoch = this.wanted;
      this.wanted = null;
      this.shownEpoch = true;
      await this.drawEpoch(epoch);
      if (this.timeline.isFollowing && !hasEnded(this.run)) await pause(LIVE_INTERVAL, this.signal);
    }
  }

  async drawEpoch(epoch) {
    try {
      const frame = await this.parameters.at(epoch);
      this.heatMaps.show(this.parameters, frame, {
        activations: [this.run.spec.activation].flat(), inputs: inputNames(this.run), outputs: this.run.classes ?? [],
      });
      if (!this.hasPlane(this.run)) return;
      const decision = await this.decisions.at(frame.epoch);
      this.boundary.show(decision, this.decisions.points);
    } catch (problem) {
      if (this.signal.aborted) return;
      if (!(problem instanceof Problem)) throw problem;
      // While the first epoch is still being trained there is nothing to see yet, and that is no fault.
      if (!problem.isTransient && problem.status !== 404 && problem.status !== 409) {
        (this.heatMaps.frame ? this.boundary : this.heatMaps).fail(problem);
      }
      this.shownEpoch = false;
    }
  }

  // The run has been changed from here.
  async changed(run) {
    const wasEnded = hasEnded(this.run);
    this.show(run);
    if (wasEnded && !hasEnded(run)) {
      this.timeline.isFollowing = true;
      this.evaluation.hasAsked = false;
      await this.attend().catch(ignoreAborted(this.signal));
    }
  }
}

function ignoreAborted(signal) {
  return (problem) => {
    if (!signal.aborted && !(problem instanceof Problem)) throw problem;
  };
}

// Features that are one input each give their names to the inputs.
function inputNames(run) {
  return run.inputs === run.features.length ? run.features : [];
}

function percentTicks(ticks) {
  const text = tickText(ticks.map((tick) => tick * 100));
  return (tick) => `${text(tick * 100)} %`;
}
