// Asking for the bearer token. However many calls wait, there is one dialog.

let asking = null;

function askForToken(wasWrong) {
  asking ??= openTokenDialog(wasWrong).finally(() => { asking = null; });
  return asking;
}

function openTokenDialog(wasWrong) {
  return new Promise((resolve) => {
    const input = h("input", {
      id: "token", type: "password", autocomplete: "off", required: true, spellcheck: "false",
      "aria-describedby": "token-words",
    });
    const form = h("form", { method: "dialog" },
      h("h2", { id: "token-title" }, "This daemon wants a token"),
      h("p", { id: "token-words", class: wasWrong ? "wrong" : "quiet" },
        wasWrong
          ? "That token was not taken. The right one is in the file or variable that the daemon was started with."
          : "It is in the file or variable that the daemon was started with. It stays in this tab only."),
      h("label", { for: "token" }, "Token"),
      input,
      h("div", { class: "buttons" }, h("button", { class: "primary" }, "Continue")));
    const dialog = h("dialog", { class: "token", "aria-labelledby": "token-title" }, form);
    // Without a token there is nothing to show, so Escape does not close it.
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      sessionStorage.setItem(TOKEN_KEY, input.value.trim());
      dialog.close();
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}
