// Where the page begins.

addEventListener("hashchange", () => openPage().focus({ preventScroll: true }));
openPage();
