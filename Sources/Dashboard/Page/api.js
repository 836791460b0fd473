// Talking to the daemon. Every failure is a Problem, as the daemon's own are (RFC 9457).

class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? `the daemon answered ${status}`);
    this.status = status;
    this.code = document.code;
    this.field = document.field;
    this.hint = document.hint;
  }

  get isTransient() { return this.status === 0 || this.status === 503; }
}

// Where the token lives: in this tab, as long as it is open.
const TOKEN_KEY = "pgradient-token";

function token() {
  return sessionStorage.getItem(TOKEN_KEY);
}

// Asks for a path. A daemon that wants a token makes the page ask for one, and the call goes on with it.
async function call(path, { method = "GET", body, headers = {}, signal } = {}) {
  for (;;) {
    const used = token();
    const sent = { ...headers };
    if (used) sent.Authorization = `Bearer ${used}`;
    if (body !== undefined) sent["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(path, {
        method, headers: sent, signal, body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "same-origin", cache: "no-store", referrerPolicy: "no-referrer",
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem(0, { code: "unreachable", detail: "the daemon does not answer", hint: "is it running?" });
    }
    if (response.status === 401) {
      // Another call may have asked meanwhile.
      if (token() === used) await askForToken(used !== null);
      continue;
    }
    if (response.ok) return response;
    throw new Problem(response.status, await response.json().catch(() => ({})));
  }
}

async function json(path, options) {
  const response = await call(path, options);
  return response.status === 204 ? null : response.json();
}

async function text(path, options) {
  return (await call(path, options)).text();
}

function query(options) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

// What went wrong, as a block on the page, with a way to try again where that can help.
function problemBlock(problem, retry) {
  return h("div", { class: "problem", role: "alert" },
    h("p", {}, sentence(problem.message)),
    problem.hint && h("p", { class: "quiet" }, sentence(problem.hint)),
    retry && h("button", { type: "button", onclick: retry }, "Try again"));
}

function sentence(text) {
  const trimmed = String(text).trim();
  // The name of an option is spelled as it is, wherever it stands.
  const first = /^\w+/.exec(trimmed)?.[0] ?? "";
  const isName = first.includes("_") || OPTIONS.some((option) => option.name === first);
  return (isName ? trimmed : trimmed.charAt(0).toUpperCase() + trimmed.slice(1)) + (/[.!?]$/.test(trimmed) ? "" : ".");
}
