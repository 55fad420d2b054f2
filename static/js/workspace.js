// Names for the parts of the search boxes and tables that the admin's own scripts leave without one.
"use strict";
(() => {
  const name = () => {
    for (const box of document.querySelectorAll("select.admin-autocomplete")) {
      const shown = box.nextElementSibling;
      if (!shown || !shown.classList.contains("select2")) continue;
      const words = box.getAttribute("aria-label") || document.querySelector(`label[for="${box.id}"]`)?.textContent.replace(/:\s*$/, "").trim();
      for (const part of shown.querySelectorAll("[role=combobox], .select2-search__field")) {
        if (words && part.getAttribute("aria-label") !== words) part.setAttribute("aria-label", words);
      }
      for (const part of shown.querySelectorAll("ul.select2-selection__rendered, ul.select2-selection__rendered > li")) {
        if (!part.hasAttribute("role")) part.setAttribute("role", "presentation");
      }
    }
    for (const heading of document.querySelectorAll("th.original:empty")) {
      const words = document.createElement("span");
      words.className = "visually-hidden";
      words.textContent = "Record";
      heading.append(words);
    }
  };

  window.addEventListener("load", () => {
    name();
    const form = document.querySelector("#content-main form");
    if (form) new MutationObserver(name).observe(form, { childList: true, subtree: true });
  });
})();
