// SQL in colours, as far as that is quick: what follows a long beginning is shown plain.

const COLOURED_LENGTH = 30_000;
const SHOWN_LENGTH = 400_000;

const SQL_WORDS = new Set(`select from where as and or not null case when then else end with recursive materialized lateral
  join left cross inner on using group by order limit offset union all values insert into update set delete create replace
  function view returns language is in over partition rows between unbounded preceding following row array prepare execute
  begin commit deallocate distinct having filter true false exists table temporary if immutable parallel safe strict
  called input`.split(/\s+/));

// One alternative per kind, the first that fits; the rest is taken as it is.
const SQL_PARTS =
  /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|("(?:[^"]|"")*")|(\$\d+)|(::\s*[a-z_][a-z0-9_]*(?:\[\])?)|(\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|([a-z_][a-z0-9_]*)/gi;

function highlightSQL(text) {
  const pieces = document.createDocumentFragment();
  const coloured = text.slice(0, COLOURED_LENGTH);
  let end = 0;
  for (const match of coloured.matchAll(SQL_PARTS)) {
    const [whole, comment, string, identifier, parameter, cast, digits, word] = match;
    const kind = comment ? "comment" : string ? "string" : identifier ? null : parameter ? "parameter" : cast ? "cast"
      : digits ? "number" : word && SQL_WORDS.has(word.toLowerCase()) ? "word"
      : word && coloured[match.index + whole.length] === "(" ? "call" : null;
    if (!kind) continue;
    if (match.index > end) pieces.append(coloured.slice(end, match.index));
    pieces.append(h("span", { class: `sql-${kind}` }, whole));
    end = match.index + whole.length;
  }
  pieces.append(text.slice(end, SHOWN_LENGTH));
  return pieces;
}

const SPELLINGS = [
  ["training", "trains", {}],
  ["query", "predicts, as a query", { as: "query" }],
];

class StatementPanel {
  constructor(run, signal) {
    const id = freshID("statement");
    Object.assign(this, { run, signal });
    this.code = h("code", {});
    this.note = h("p", { class: "quiet note" });
    this.copyButton = copyButton("Copy", () => this.text);
    this.copyButton.disabled = true;
    this.tabs = SPELLINGS.map(([key, name]) => h("button", {
      type: "button", class: "small toggle", "aria-pressed": key === "training", onclick: () => this.fetch(key),
    }, name));
    this.element = h("section", { class: "panel statement-panel", "aria-labelledby": id },
      h("header", { class: "panel-head" }, h("h2", { id }, "Statement"),
        h("div", { class: "toggles", role: "group", "aria-label": "Which statement" }, this.tabs), this.copyButton),
      this.note, h("pre", { class: "sql", tabindex: "0", "aria-label": "SQL" }, this.code));
    setText(this.note, "\u00a0");
  }

  // Both can be had once the rows have been looked at.
  update(run) {
    const isThere = run.inputs !== null;
    if (isThere && !this.asked) {
      this.asked = "training";
      whenSeen(this.element, this.signal, () => this.fetch(this.asked));
    }
    if (!isThere) setText(this.code, "The statement is written once the rows have been looked at.");
    this.tabs[1].disabled = run.epoch === 0;
  }

  async fetch(key) {
    this.asked = key;
    this.tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", SPELLINGS[index][0] === key));
    const options = SPELLINGS.find(([name]) => name === key)[2];
    if (!this.text) setText(this.code, "Writing the statement…");
    try {
      const statement = await text(`/train/${this.run.id}/sql${query(options)}`, { signal: this.signal });
      if (this.asked !== key) return;
      this.text = statement;
      this.copyButton.disabled = false;
      replace(this.code, highlightSQL(statement));
      const size = `${count(statement.length)} characters`;
      setText(this.note, statement.length > SHOWN_LENGTH
        ? `${size}, of which the first ${count(SHOWN_LENGTH)} are shown; copying takes all` : size);
    } catch (problem) {
      if (this.signal.aborted || this.asked !== key) return;
      this.text = null;
      this.copyButton.disabled = true;
      replace(this.code, sentence(problem.message), problem.hint ? ` ${sentence(problem.hint)}` : "");
      setText(this.note, "\u00a0");
    }
  }
}

// Copies what `read` returns, and says so.
function copyButton(name, read) {
  const button = h("button", {
    type: "button", class: "small", onclick: async () => {
      const done = await copy(read() ?? "");
      setText(button, done ? "Copied" : "Not copied");
      await pause(1500);
      setText(button, name);
    },
  }, name);
  return button;
}

// Over plain HTTP from another machine there is no clipboard interface, but there is the older way.
async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    const field = h("textarea", { class: "away", "aria-hidden": "true" });
    field.value = words;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
