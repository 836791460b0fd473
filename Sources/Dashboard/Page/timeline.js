// Which epoch the pictures show: a slider, a button that plays, and jumps to the best and the newest epoch.

// A play-through takes so many pictures at most, and so many milliseconds for each at least.
const PLAYED_FRAMES = 120;
const FRAME_TIME = 70;
const STILL_FRAME_TIME = 400;

class Timeline {
  last = 0;
  best = null;
  epoch = 0;
  // Whether it goes along with the training.
  isFollowing = true;
  playing = null;

  // `onChange` gets the epoch and returns a promise of its picture.
  constructor({ onChange, signal }) {
    this.onChange = onChange;
    signal.addEventListener("abort", () => this.stop());
    this.build();
  }

  build() {
    const id = freshID("epoch");
    this.playButton = h("button", { type: "button", class: "play", onclick: () => this.togglePlay() },
      s("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
        s("path", { class: "icon-play", d: "M4 2.5v11l9-5.5z" }), s("path", { class: "icon-pause", d: "M4 2.5h3v11H4zM9 2.5h3v11H9z" })));
    this.slider = h("input", {
      id, type: "range", min: 0, max: 0, step: 1, value: 0, "aria-label": "Epoch shown",
      oninput: () => { this.stop(); this.choose(Number(this.slider.value)); },
    });
    this.output = h("output", { for: id, class: "epoch-shown" });
    this.bestButton = h("button", { type: "button", class: "small", onclick: () => this.jump(this.best) }, "best");
    this.lastButton = h("button", { type: "button", class: "small", onclick: () => this.follow() }, "last");
    this.element = h("div", { class: "timeline" }, this.playButton, this.slider, this.output,
      h("div", { class: "jumps" }, this.bestButton, this.lastButton));
    this.show();
  }

  // Training has come to an epoch.
  extend(last, best, isLive) {
    Object.assign(this, { last, best, isLive });
    if (this.isFollowing) this.choose(last, true);
    else this.show();
  }

  choose(epoch, isFollowing = epoch === this.last && this.isLive) {
    this.isFollowing = isFollowing;
    const isNew = epoch !== this.epoch;
    this.epoch = epoch;
    this.show();
    return isNew ? this.onChange(epoch) : Promise.resolve();
  }

  jump(epoch) {
    this.stop();
    this.choose(Math.max(0, Math.min(this.last, epoch)));
  }

  follow() {
    this.stop();
    this.choose(this.last, true);
  }

  togglePlay() {
    if (this.playing) this.stop();
    else this.play();
  }

  async play() {
    const playing = this.playing = {};
    const stride = Math.max(1, Math.ceil(this.last / PLAYED_FRAMES));
    if (this.epoch >= this.last) await this.choose(0, false);
    this.show();
    const time = wantsStillness.matches ? STILL_FRAME_TIME : FRAME_TIME;
    while (this.playing === playing && this.epoch < this.last) {
      // A slow picture is waited for, so that none is left out.
      await Promise.all([this.choose(Math.min(this.last, this.epoch + stride), false), pause(time)]);
    }
    if (this.playing === playing) this.stop();
  }

  stop() {
    if (!this.playing) return;
    this.playing = null;
    this.show();
  }

  show() {
    setAttributes(this.slider, {
      max: this.last, "aria-valuetext": `epoch ${this.epoch} of ${this.last}`,
    });
    this.slider.value = this.epoch;
    this.slider.style.setProperty("--share", this.last ? this.epoch / this.last : 0);
    setText(this.output, `epoch ${count(this.epoch)} of ${count(this.last)}`);
    this.slider.disabled = this.playButton.disabled = this.last === 0;
    this.bestButton.hidden = this.best === null;
    this.bestButton.disabled = this.epoch === this.best;
    setText(this.lastButton, this.isLive ? "follow" : "last");
    this.lastButton.disabled = this.epoch === this.last && (!this.isLive || this.isFollowing);
    setAttributes(this.playButton, {
      "aria-label": this.playing ? "Pause" : "Play the epochs", "data-playing": this.playing !== null,
    });
  }
}
