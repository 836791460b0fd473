// Which page is shown, by the part of the address behind #.

let leaving = null;

function readAddress() {
  const [path, options] = location.hash.replace(/^#/, "").split("?");
  return { path: path.split("/").filter(Boolean), options: new URLSearchParams(options) };
}

function openPage() {
  leaving?.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { path, options } = readAddress();
  document.querySelectorAll("dialog:not(.token)").forEach((dialog) => dialog.close());
  showLink(null);
  let page;
  if (path.length === 0) page = new RunsPage(signal, options);
  else if (path[0] === "runs" && /^[1-9]\d{0,15}$/.test(path[1] ?? "")) page = new RunPage(signal, Number(path[1]));
  else if (path[0] === "new") page = new FormPage(signal, options);
  else page = { title: "Not found", element: nothingHere() };
  const main = document.getElementById("main");
  replace(main, page.element);
  setTitle(page.title);
  const name = path[0] === "new" ? "form" : path.length === 0 ? "list" : null;
  for (const link of document.querySelectorAll("nav a")) {
    setAttributes(link, { "aria-current": link.dataset.page === name ? "page" : null });
  }
  scrollTo(0, 0);
  return main;
}

function nothingHere() {
  return h("div", { class: "page" }, h("section", { class: "panel" }, h("div", { class: "empty" },
    h("h2", {}, "There is nothing here"), h("p", {}, h("a", { href: "#/" }, "All runs")))));
}

function setTitle(title) {
  document.title = title === "Runs" ? "pgradient" : `${title} · pgradient`;
}

// A word about the connection, in the bar; null when all is well.
function showLink(words) {
  const link = document.getElementById("link");
  link.hidden = words === null;
  setText(link, words ?? "");
}
