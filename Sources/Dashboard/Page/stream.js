// A run's events. EventSource can't send a token, so the stream is read and taken apart here; like it, this comes back
// after a break and says what it has.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15000;
// The daemon says something at least every 15 seconds.
const LONGEST_SILENCE = 45000;

// Follows until the run ends or `signal` says so.
// `onEvents` gets [{name, data}], all that came in one piece; `onState` "live" or "lost" with the delay until the next try.
async function follow(id, { after, onEvents, onState, signal }) {
  let last = after;
  let delay = FIRST_DELAY;
  while (!signal.aborted) {
    try {
      const ended = await readStream(id, last, signal, (events) => {
        delay = FIRST_DELAY;
        for (const event of events) if (event.id !== null) last = event.id;
        onEvents(events);
      }, () => onState("live", 0));
      if (ended || signal.aborted) return;
    } catch (problem) {
      if (signal.aborted) return;
      if (problem instanceof Problem && !problem.isTransient && problem.status < 500) throw problem;
    }
    onState("lost", delay);
    await pause(delay * (0.75 + Math.random() / 2), signal);
    delay = Math.min(delay * 2, LONGEST_DELAY);
  }
}

// Returns whether the run has ended; false if the connection only broke off.
async function readStream(id, last, signal, onEvents, onOpen) {
  const silence = new AbortController();
  let alarm = 0;
  const listen = () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => silence.abort(), LONGEST_SILENCE);
  };
  const headers = { Accept: "text/event-stream" };
  if (last !== null && last !== undefined) headers["Last-Event-ID"] = last;
  listen();
  try {
    const response = await call(`/train/${id}/events`, { headers, signal: AbortSignal.any([signal, silence.signal]) });
    onOpen();
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return false;
      listen();
      const events = parser.take(value);
      if (events.length) onEvents(events);
      if (events.some((event) => event.name === "end")) return true;
    }
  } finally {
    clearTimeout(alarm);
  }
}

// Server-Sent Events, as far as the daemon writes them: id, event and data, one line each.
class EventParser {
  rest = "";
  event = { id: null, name: "message", data: "" };

  take(chunk) {
    const lines = (this.rest + chunk).split("\n");
    this.rest = lines.pop();
    const events = [];
    for (const line of lines) {
      if (line === "") {
        if (this.event.data) events.push({ ...this.event, data: JSON.parse(this.event.data) });
        this.event = { id: null, name: "message", data: "" };
      } else if (line.startsWith("id: ")) this.event.id = line.slice(4);
      else if (line.startsWith("event: ")) this.event.name = line.slice(7);
      else if (line.startsWith("data: ")) this.event.data += line.slice(6);
    }
    return events;
  }
}
