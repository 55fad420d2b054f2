// Renews how far an edition has come, every two seconds until it is over. Without script a link does the same.
"use strict";
(() => {
  const PAUSE = 2000;

  const renew = async () => {
    const shown = document.getElementById("edition-progress");
    if (!shown || !("pending" in shown.dataset)) return;
    try {
      const answer = await fetch(window.location.pathname, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("edition-progress");
        if (fresh && fresh.innerHTML !== shown.innerHTML) {
          // What a screen reader is told stays the same element; only its words change.
          shown.querySelector("[role=status]").innerHTML = fresh.querySelector("[role=status]").innerHTML;
          shown.querySelector("ol").innerHTML = fresh.querySelector("ol").innerHTML;
          if (!("pending" in fresh.dataset)) {
            delete shown.dataset.pending;
            shown.querySelector(":scope > p")?.remove();
          }
        }
      }
    } catch {
      // The server did not answer this time: ask again later.
    }
    window.setTimeout(renew, PAUSE);
  };
  window.setTimeout(renew, PAUSE);
})();
